import manifest from '../package.json' with { type: 'json' };

/** Coalmine's own version, as published. */
export const VERSION: string = manifest.version;
