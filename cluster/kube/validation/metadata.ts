/** Names and labels, as apimachinery's validation checks them and in its words. */
import { isObject } from '../merge-patch.ts';
import type { KubeObject } from '../objects.ts';
import type { FieldError } from './structural.ts';

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${DNS_LABEL}(\\.${DNS_LABEL})*`;
const DNS_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED_NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';

const used = (example: string, pattern: string) =>
  `(e.g. ${example}, regex used for validation is '${pattern}')`;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
  `and must start and end with an alphanumeric character ${used("'example.com'", SUBDOMAIN)}`;
const DNS_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
  `and end with an alphanumeric character ${used("'my-name',  or 'abc-123'", DNS_1035)}`;
const LABEL_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
  `and must start and end with an alphanumeric character ${used("'MyValue',  or 'my_value',  or '12345'", LABEL_VALUE)}`;
const KEY_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', " +
  `and must start and end with an alphanumeric character ${used("'MyName',  or 'my.name',  or '123-abc'", QUALIFIED_NAME)}`;

export function checkMetadata(object: KubeObject): FieldError[] {
  // What a user hands in may lack all of it, whatever the type says.
  const metadata: unknown = object.metadata;
  if (!isObject(metadata)) return [{ path: 'metadata', message: 'Required value' }];
  return [
    ...checkName(object.kind, metadata['name'], metadata['generateName']),
    ...checkLabels(metadata['labels'], 'metadata.labels'),
    ...checkKeys(metadata['annotations'], 'metadata.annotations'),
  ];
}

function checkName(kind: string, name: unknown, generateName: unknown): FieldError[] {
  const path = 'metadata.name';
  if (name === undefined || name === null || name === '') {
    if (typeof generateName === 'string' && generateName !== '') return [];
    return [{ path, message: 'Required value: name or generateName is required' }];
  }
  if (typeof name !== 'string') return [];
  // RBAC names may be any path segment.
  if (kind.endsWith('Role') || kind.endsWith('RoleBinding')) return [];
  const [pattern, rule, longest] = ruleOf(kind);
  if (name.length > longest) {
    return [
      { path, message: `Invalid value: ${JSON.stringify(name)}: must be no more than ${longest} characters` },
    ];
  }
  if (new RegExp(`^${pattern}$`).test(name)) return [];
  return [{ path, message: `Invalid value: ${JSON.stringify(name)}: ${rule}` }];
}

function ruleOf(kind: string): [pattern: string, rule: string, longest: number] {
  if (kind === 'Service') return [DNS_1035, DNS_1035_RULE, 63];
  if (kind === 'Namespace') {
    const rule = SUBDOMAIN_RULE.replace('subdomain', 'label')
      .replace("characters, '-' or '.',", "characters or '-',")
      .replace("'example.com'", "'my-name',  or '123-abc'")
      .replace(SUBDOMAIN, DNS_LABEL);
    return [DNS_LABEL, rule, 63];
  }
  return [SUBDOMAIN, SUBDOMAIN_RULE, 253];
}

/** Also for the labels of a pod template. Values that are no strings are the schema's business. */
export function checkLabels(labels: unknown, path: string): FieldError[] {
  if (!isObject(labels)) return [];
  const errors = checkKeys(labels, path);
  for (const value of Object.values(labels)) {
    if (typeof value !== 'string') continue;
    const shown = JSON.stringify(value);
    if (value.length > 63) {
      errors.push({ path, message: `Invalid value: ${shown}: must be no more than 63 characters` });
    } else if (!new RegExp(`^${LABEL_VALUE}$`).test(value)) {
      errors.push({ path, message: `Invalid value: ${shown}: ${LABEL_RULE}` });
    }
  }
  return errors;
}

function checkKeys(map: unknown, path: string): FieldError[] {
  if (!isObject(map)) return [];
  return Object.keys(map).flatMap((key) => {
    const slash = key.indexOf('/');
    const [prefix, name] = slash === -1 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
    const shown = `Invalid value: ${JSON.stringify(key)}`;
    if (prefix !== undefined && !new RegExp(`^${SUBDOMAIN}$`).test(prefix.toLowerCase())) {
      return [{ path, message: `${shown}: prefix part ${SUBDOMAIN_RULE}` }];
    }
    if (name.length > 63)
      return [{ path, message: `${shown}: name part must be no more than 63 characters` }];
    return new RegExp(`^${QUALIFIED_NAME}$`).test(name) ? [] : [{ path, message: `${shown}: ${KEY_RULE}` }];
  });
}
