/** All rules, in the order in which a newcomer should read their findings: what is refused first. */
import type { Rule } from './finding.ts';
import { abortKeepsHeaderUsers } from './rules/abort-keeps-header-users.ts';
import { analysisEndless } from './rules/analysis-endless.ts';
import { argumentMissing } from './rules/argument-missing.ts';
import { argumentUndeclared } from './rules/argument-undeclared.ts';
import { argumentUnused } from './rules/argument-unused.ts';
import { conditionSyntax } from './rules/condition-syntax.ts';
import { destinationRuleUnnamed } from './rules/destination-rule-unnamed.ts';
import { destinationUnknown } from './rules/destination-unknown.ts';
import { faultWithoutPercentage } from './rules/fault-without-percentage.ts';
import { gateCannotFail } from './rules/gate-cannot-fail.ts';
import { gitopsFights } from './rules/gitops-fights.ts';
import { headerRouteLeft } from './rules/header-route-left.ts';
import { headerRouteWithoutPods } from './rules/header-route-without-pods.ts';
import { hostForm } from './rules/host-form.ts';
import { irate } from './rules/irate.ts';
import { malformed } from './rules/malformed.ts';
import { maskedCanary } from './rules/masked-canary.ts';
import { measurementsOverlap } from './rules/measurements-overlap.ts';
import { metricInvalid } from './rules/metric-invalid.ts';
import { notSimulated } from './rules/not-simulated.ts';
import { promqlSyntax } from './rules/promql-syntax.ts';
import { queryMatchesNothing } from './rules/query-matches-nothing.ts';
import { rateWindow } from './rules/rate-window.ts';
import { refused } from './rules/refused.ts';
import { reporterMissing } from './rules/reporter-missing.ts';
import { resultUnguarded } from './rules/result-unguarded.ts';
import { routeMissing } from './rules/route-missing.ts';
import { routeNotSplit } from './rules/route-not-split.ts';
import { schema } from './rules/schema.ts';
import { selectorMissing } from './rules/selector-missing.ts';
import { serviceMissing } from './rules/service-missing.ts';
import { servicesUnset } from './rules/services-unset.ts';
import { strictMtlsScrape } from './rules/strict-mtls-scrape.ts';
import { subsetsUndefined } from './rules/subsets-undefined.ts';
import { templateMissing } from './rules/template-missing.ts';
import { unknownKind } from './rules/unknown-kind.ts';
import { weightsSum } from './rules/weights-sum.ts';

export const RULES: readonly Rule[] = [
  malformed,
  unknownKind,
  schema,
  selectorMissing,
  servicesUnset,
  serviceMissing,
  routeMissing,
  routeNotSplit,
  destinationRuleUnnamed,
  subsetsUndefined,
  templateMissing,
  analysisEndless,
  argumentMissing,
  argumentUndeclared,
  metricInvalid,
  refused,
  hostForm,
  destinationUnknown,
  weightsSum,
  faultWithoutPercentage,
  headerRouteWithoutPods,
  headerRouteLeft,
  promqlSyntax,
  conditionSyntax,
  queryMatchesNothing,
  gateCannotFail,
  maskedCanary,
  reporterMissing,
  resultUnguarded,
  argumentUnused,
  irate,
  rateWindow,
  measurementsOverlap,
  strictMtlsScrape,
  gitopsFights,
  abortKeepsHeaderUsers,
  notSimulated,
];
