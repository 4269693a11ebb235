import { describe, expect, test } from 'vitest';
import { basename } from 'node:path';
import { lintObjects } from '../../../scripts/lint/lint.ts';
import { loadForLint } from '../../../scripts/lint/load.ts';
import { diskFiles } from '../../../scripts/manifests/source/files.ts';

const MASKED = 'error masked-canary analysis-template.yaml:14';
const EMPTY = 'warning result-unguarded analysis-template.yaml:9';
const OVERLAP = 'info measurements-overlap analysis-template.yaml:7';
const ABORT = 'info abort-keeps-header-users virtual-service.yaml:8';
const NEVER_FAILS = [
  'error query-matches-nothing analysis-template.yaml:17',
  'error gate-cannot-fail analysis-template.yaml:20',
  'warning reporter-missing analysis-template.yaml:17',
];
const NO_PODS = 'error header-route-without-pods rollout.yaml:28';

/** What each walk's manifests are told, as the walks' list of faults has it. */
const TUTORIALS: Record<string, string[]> = {
  'tutorial-1/as-printed': [MASKED, EMPTY, OVERLAP, 'error route-not-split rollout.yaml:24', ABORT],
  'tutorial-1/primary-only': [MASKED, EMPTY, OVERLAP, ABORT],
  'tutorial-1/isolated': [OVERLAP, ABORT],
  'tutorial-2/as-printed': [
    'error selector-missing rollout.yaml:5',
    'error services-unset rollout.yaml:15',
    'error destination-rule-unnamed rollout.yaml:17',
    'error route-missing rollout.yaml:20',
    'error subsets-undefined virtual-service.yaml:8',
    'error subsets-undefined virtual-service.yaml:10',
  ],
  'tutorial-2/mended': [],
  'tutorial-3/rollouts-demo': [],
  'tutorial-4/as-printed': [
    'error analysis-endless analysis-template.yaml:8',
    ...NEVER_FAILS,
    'error destination-rule-unnamed rollout.yaml:23',
    NO_PODS,
  ],
  'tutorial-4/accepted': [...NEVER_FAILS, 'info measurements-overlap analysis-template.yaml:9', NO_PODS],
  'tutorial-4/mended': [
    'info measurements-overlap analysis-template.yaml:9',
    'info result-unguarded analysis-template.yaml:10',
  ],
  'tutorial-5/background': ['warning result-unguarded app.yaml:36', 'warning irate app.yaml:42'],
  'tutorial-5/blue-green': ['info measurements-overlap app.yaml:23', 'info result-unguarded app.yaml:25'],
};

describe('the walks', () => {
  for (const [folder, expected] of Object.entries(TUTORIALS)) {
    test(folder, () => {
      const { objects, lines } = loadForLint([`scenarios/manifests/${folder}`], diskFiles);
      const found = lintObjects(objects, lines).map(
        ({ severity, rule, where }) => `${severity} ${rule} ${basename(where.file)}:${where.line}`,
      );
      expect(found).toEqual(expected);
    });
  }
});
