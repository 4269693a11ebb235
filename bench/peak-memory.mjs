// Preloaded into a benchmarked process: says its peak memory as it ends.
import { writeSync } from 'node:fs';

process.on('exit', () => writeSync(2, `peak memory ${process.resourceUsage().maxRSS} KiB\n`));
