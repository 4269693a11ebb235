/** All rules, in the order in which a newcomer should read their findings: what is refused first. */
import type { Rule } from './finding.ts';
import { analysisEndless } from './rules/analysis-endless.ts';
import { conditionSyntax } from './rules/condition-syntax.ts';
import { destinationRuleUnnamed } from './rules/destination-rule-unnamed.ts';
import { gateCannotFail } from './rules/gate-cannot-fail.ts';
import { malformed } from './rules/malformed.ts';
import { maskedCanary } from './rules/masked-canary.ts';
import { promqlSyntax } from './rules/promql-syntax.ts';
import { queryMatchesNothing } from './rules/query-matches-nothing.ts';
import { refused } from './rules/refused.ts';
import { reporterMissing } from './rules/reporter-missing.ts';
import { resultUnguarded } from './rules/result-unguarded.ts';
import { routeMissing } from './rules/route-missing.ts';
import { routeNotSplit } from './rules/route-not-split.ts';
import { selectorMissing } from './rules/selector-missing.ts';
import { serviceMissing } from './rules/service-missing.ts';
import { servicesUnset } from './rules/services-unset.ts';
import { subsetsUndefined } from './rules/subsets-undefined.ts';
import { templateMissing } from './rules/template-missing.ts';

export const RULES: readonly Rule[] = [
  malformed,
  selectorMissing,
  servicesUnset,
  serviceMissing,
  routeMissing,
  routeNotSplit,
  destinationRuleUnnamed,
  subsetsUndefined,
  templateMissing,
  analysisEndless,
  refused,
  promqlSyntax,
  conditionSyntax,
  queryMatchesNothing,
  gateCannotFail,
  maskedCanary,
  reporterMissing,
  resultUnguarded,
];
