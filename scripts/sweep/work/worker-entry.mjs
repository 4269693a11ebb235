// A worker thread starts without the loader of TypeScript: it is registered here, as bin/coalmine.mjs does.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
