/** The functions of Prometheus 3.15 (promql/parser/functions.go), their argument types and results. */
import type { ValueType } from './ast.ts';

export interface Signature {
  readonly arguments: readonly ValueType[];
  /** How many arguments may be left out from, or added to, the end of `arguments`; -1: any number may be added. */
  readonly variadic: number;
  readonly returns: ValueType;
  /** A default server refuses it: it needs --enable-feature=promql-experimental-functions. */
  readonly experimental: boolean;
}

const SHORT: Readonly<Record<string, ValueType>> = { v: 'vector', m: 'matrix', s: 'scalar', t: 'string' };

/** `names: arguments [variadic]`, all returning vectors; v vector, m matrix, s scalar, t text. */
const VECTOR_FUNCTIONS: readonly (readonly [names: string, args: string, variadic?: number])[] = [
  ['abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn', 'v'],
  ['sin sinh sort sort_desc sqrt tan tanh timestamp', 'v'],
  ['histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar', 'v'],
  [
    'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate',
    'm',
  ],
  ['last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time', 'm'],
  ['stdvar_over_time sum_over_time', 'm'],
  ['days_in_month day_of_month day_of_week day_of_year hour minute month year', 'v', 1],
  ['clamp', 'vss'],
  ['clamp_max clamp_min', 'vs'],
  ['round', 'vs', 1],
  ['histogram_fraction', 'ssv'],
  ['histogram_quantile', 'sv'],
  ['quantile_over_time', 'sm'],
  ['predict_linear', 'ms'],
  ['label_replace', 'vtttt'],
  ['label_join', 'vttt', -1],
  ['vector', 's'],
];

const EXPERIMENTAL =
  'double_exponential_smoothing end histogram_quantiles info mad_over_time max_of min_of range sort_by_label ' +
  'sort_by_label_desc start start_timestamp step ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ' +
  'ts_of_min_over_time';

export const SIGNATURES: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ...VECTOR_FUNCTIONS.flatMap(([names, args, variadic = 0]) =>
    names.split(' ').map((name): [string, Signature] => [name, signature(args, 'vector', variadic)]),
  ),
  ['scalar', signature('v', 'scalar')],
  ['time', signature('', 'scalar')],
  ['pi', signature('', 'scalar')],
  ...EXPERIMENTAL.split(' ').map((name): [string, Signature] => [
    name,
    { ...signature('', 'vector'), experimental: true },
  ]),
]);

/** Functions that answer only for native histograms, which this testbed's storage does not hold. */
export const NATIVE_HISTOGRAM_FUNCTIONS: ReadonlySet<string> = new Set([
  'histogram_avg',
  'histogram_count',
  'histogram_sum',
  'histogram_stddev',
  'histogram_stdvar',
]);

function signature(args: string, returns: ValueType, variadic = 0): Signature {
  return { arguments: [...args].map((letter) => SHORT[letter]!), returns, variadic, experimental: false };
}
