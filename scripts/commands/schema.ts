/** `coalmine schema`: the scenario's JSON Schema, for editors and other tools. */
import type { Environment } from '../environment.ts';
import { EXIT_CODE } from '../errors.ts';
import schema from '../scenario/schema.json' with { type: 'json' };

export async function schemaCommand(environment: Environment): Promise<number> {
  environment.out.write(`${JSON.stringify(schema, undefined, 2)}\n`);
  return EXIT_CODE.pass;
}
