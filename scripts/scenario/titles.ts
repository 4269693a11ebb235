/** Short sentences for steps and rules that have no name of their own. */
import { formatDuration } from '../../cluster/kernel/time.ts';
import type {
  AnalysisExpectation,
  Comparison,
  Expectation,
  EventExpectation,
  Fault,
  NeverRule,
  RequestsExpectation,
  RolloutExpectation,
  RolloutTarget,
  RouteTarget,
  WeightExpectation,
} from './types.ts';

/** `rollout echo: phase Paused, canary weight 10` */
export function expectationTitle(expectation: Expectation | NeverRule['rule']): string {
  switch (expectation.kind) {
    case 'rollout':
      return rolloutTitle(expectation);
    case 'weight':
      return `${who(expectation.rollout)}${weightWords(expectation.weight)}`;
    case 'refused': {
      const message = expectation.message === undefined ? '' : `: "${shorten(expectation.message)}"`;
      return `rollout ${expectation.rollout.name} is refused${message}`;
    }
    case 'split':
      return `load ${expectation.load}: ${percent(expectation.canaryShare)} reach the canary`;
    case 'route':
      return `load ${expectation.load}: every request reaches ${routeWords(expectation.to)}`;
    case 'requests':
      return requestsTitle(expectation);
    case 'analysis':
      return analysisTitle(expectation);
    case 'event':
      return eventTitle(expectation);
    case 'settled':
      return 'everything has settled';
  }
}

/** `Prometheus is down for 40s` */
export function faultTitle(fault: Fault): string {
  switch (fault.kind) {
    case 'prometheusDown':
      return `Prometheus is down for ${formatDuration(fault.forMs)}`;
    case 'scrapeGap':
      return `no scrapes for ${formatDuration(fault.forMs)}`;
    case 'podKill': {
      const side = fault.side === 'any' ? '' : `${fault.side} `;
      return `kill ${fault.count} ${side}${fault.count === 1 ? 'pod' : 'pods'} of ${fault.rollout.name}`;
    }
    case 'imageChange':
      return `${fault.image} changes its behaviour${fault.forMs === undefined ? '' : ` for ${formatDuration(fault.forMs)}`}`;
  }
}

/** 0.05 as `5%`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(12))}%`;
}

export function shorten(text: string, length = 60): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function who(rollout: RolloutTarget | undefined): string {
  return rollout === undefined ? '' : `rollout ${rollout.name}: `;
}

function compare({ op, value }: Comparison, asShare = false): string {
  return `${op === '==' ? '' : `${op} `}${asShare ? percent(value) : value}`;
}

function weightWords(weight: WeightExpectation): string {
  return Object.entries(weight)
    .filter(([, side]) => side !== undefined)
    .map(([name, side]) => `${name} weight ${compare(side as Comparison)}`)
    .join(', ');
}

function rolloutTitle(expectation: RolloutExpectation): string {
  const parts: string[] = [];
  if (expectation.phase !== undefined) parts.push(`phase ${expectation.phase}`);
  if (expectation.step !== undefined) parts.push(`step ${expectation.step}`);
  if (expectation.weight !== undefined) parts.push(weightWords(expectation.weight));
  if (expectation.aborted !== undefined) parts.push(expectation.aborted ? 'aborted' : 'not aborted');
  if (expectation.message !== undefined) parts.push(`message "${shorten(expectation.message)}"`);
  if (expectation.stableImage !== undefined) parts.push(`stable image ${expectation.stableImage}`);
  if (expectation.canaryImage !== undefined) parts.push(`canary image ${expectation.canaryImage}`);
  return `${who(expectation.rollout)}${parts.length === 0 ? 'exists' : parts.join(', ')}`;
}

function routeWords(to: RouteTarget): string {
  if (to.kind === 'service') return `Service ${to.service}`;
  if (to.kind === 'subset') return `subset ${to.subset}`;
  return to.kind === 'canary' ? 'the canary' : 'stable';
}

function requestsTitle(expectation: RequestsExpectation): string {
  const limits: string[] = [];
  if (expectation.atLeast !== undefined) limits.push(`at least ${expectation.atLeast}`);
  if (expectation.atMost !== undefined) limits.push(`at most ${expectation.atMost}`);
  if (expectation.moreThan !== undefined) limits.push(`more than ${expectation.moreThan}`);
  if (expectation.lessThan !== undefined) limits.push(`fewer than ${expectation.lessThan}`);
  if (expectation.share !== undefined) limits.push(compare(expectation.share, true));
  const parts = [`${limits.join(' and ')} requests`];
  if (expectation.load !== undefined) parts.push(`of load ${expectation.load}`);
  if (expectation.to !== undefined) parts.push(`to ${routeWords(expectation.to)}`);
  if (expectation.image !== undefined) parts.push(`answered by ${expectation.image}`);
  if (expectation.status !== undefined) parts.push(`with status ${expectation.status.text}`);
  return parts.join(' ');
}

function analysisTitle(expectation: AnalysisExpectation): string {
  const metric = expectation.metric;
  const parts: string[] = [];
  if (expectation.phase !== undefined) parts.push(expectation.phase);
  if (expectation.message !== undefined) parts.push(`message "${shorten(expectation.message)}"`);
  if (metric !== undefined) {
    const figures = (['value', 'measurements', 'failed', 'error'] as const)
      .filter((key) => metric[key] !== undefined)
      .map((key) => `${key} ${compare(metric[key] as Comparison)}`);
    parts.push(
      ['metric', metric.name, metric.phase ?? '', ...figures].filter((word) => word !== '').join(' '),
    );
  }
  const name = expectation.name === undefined ? 'analysis' : `analysis ${expectation.name}`;
  return `${who(expectation.rollout)}${name} ${parts.join(', ')}`;
}

function eventTitle(expectation: EventExpectation): string {
  const about = expectation.about === undefined ? '' : ` about ${expectation.about.name}`;
  const message = expectation.message === undefined ? '' : ` "${shorten(expectation.message)}"`;
  return `event ${expectation.reason ?? expectation.type ?? ''}${message}${about}`;
}
