/**
 * Load in virtual time at a cost that follows events, not requests. Between two changes of what routes a stream, its
 * requests are settled with one draw over everything that can become of them (plan.ts, leaves.ts).
 *
 * `invalidate` may be called before or after a change: either way the routing is looked at once, when everything
 * else due at that instant has happened, and what came before is settled under the old routing. A change that leaves
 * a stream's outcome as it was settles nothing. Behaviour overrides are read whenever a span begins, so one that
 * drifts with time is constant from settle to settle.
 */
import { compileRouting } from '../istio/routing/compile.ts';
import type { RoutingTable } from '../istio/routing/compile.ts';
import type { RouteRequest, RoutingObjects } from '../istio/routing/model.ts';
import type { Telemetry } from '../istio/telemetry/telemetry.ts';
import type { ImageBehaviours } from '../images.ts';
import type { Random } from '../kernel/random.ts';
import { poisson } from '../kernel/sampling.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import type { ClusterReader } from '../kube/objects.ts';
import type { EndpointSlice, Pod, Service } from '../kube/types/core.ts';
import type { DestinationRule, Gateway, VirtualService } from '../kube/types/istio.ts';
import type { Observer, RequestOutcome } from '../observer.ts';
import { podBehaviour } from './behaviour.ts';
import type { BehaviourOverride } from './behaviour.ts';
import { draw } from './leaves.ts';
import type { Tally } from './leaves.ts';
import { planKey } from './plan-key.ts';
import { buildPlan } from './plan.ts';
import type { Plan } from './plan.ts';
import { expectedArrivals } from './streams.ts';
import type { RateProfile, Stream } from './streams.ts';

/** A change of an object of these kinds can change where requests go: call `invalidate`. */
export const ROUTING_KINDS: ReadonlySet<string> = new Set([
  'VirtualService',
  'DestinationRule',
  'Gateway',
  'Service',
  'EndpointSlice',
  'Pod',
]);

export interface TrafficOptions {
  store: ClusterReader;
  scheduler: Scheduler;
  random: Random;
  behaviours: ImageBehaviours;
  observer: Observer;
  telemetry: Telemetry;
  /** 'slices' (the default) reads EndpointSlices, as istiod does; 'pods' the ready pods behind each selector. */
  endpoints?: 'slices' | 'pods';
  /** How long proxies keep the old routing after a change; changes meanwhile arrive together. 0 by default. */
  pushDelayMs?: number;
}

export interface Traffic {
  /** Begins to send now. Throws RangeError when a stream of that name runs, or its rate is not possible. */
  start(stream: Stream): void;
  /** Settles and ends the stream. Throws RangeError when there is none of that name. */
  stop(name: string): void;
  /** Goes on at another rate from now; the profile's own time starts now. */
  setRate(name: string, ratePerSecond: RateProfile): void;
  /** Counts every request up to `nowMs`: before a scrape, and at the end. */
  settle(nowMs: number): void;
  /** Something that routes, or a pod, a behaviour or a fault, is changing at this instant. */
  invalidate(): void;
  /** Lays a fault over the pods' behaviour until the returned function is called. */
  override(hook: BehaviourOverride): () => void;
}

const PLANS_KEPT_MAX = 64;
/** Under this much of a request, a shortfall is rounding. */
const ROUNDING = 1e-7;

interface Running {
  stream: Stream;
  request: RouteRequest;
  random: Random;
  profile: RateProfile;
  profileFromMs: number;
  /** Expected before `profileFromMs`, and counted so far. */
  expectedBefore: number;
  arrived: number;
  settledMs: number;
  plans: Map<string, Plan>;
  key: string;
  plan: Plan;
}

export function createTraffic(options: TrafficOptions): Traffic {
  return new Flow(options);
}

class Flow implements Traffic {
  readonly #options: TrafficOptions;
  readonly #running = new Map<string, Running>();
  readonly #overrides = new Set<BehaviourOverride>();
  #pending = false;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  start(stream: Stream): void {
    const { scheduler, random } = this.#options;
    if (this.#running.has(stream.name)) throw new RangeError(`a stream named "${stream.name}" runs already`);
    expectedArrivals(stream.ratePerSecond, 0);
    const nowMs = scheduler.nowMs();
    const headers = Object.entries(stream.headers).map(([name, value]) => [name.toLowerCase(), value]);
    const { host, port, path, method, from } = stream;
    const request: RouteRequest = { host, port, path, method, from, headers: Object.fromEntries(headers) };
    const plans = new Map<string, Plan>();
    const { key, plan } = this.#planFor(stream, request, plans, this.#table());
    this.#running.set(stream.name, {
      stream,
      request,
      random: random.child(`stream ${stream.name}`),
      profile: stream.ratePerSecond,
      profileFromMs: nowMs,
      expectedBefore: 0,
      arrived: 0,
      settledMs: nowMs,
      plans,
      key,
      plan,
    });
  }

  stop(name: string): void {
    this.#settleOne(this.#get(name), this.#options.scheduler.nowMs());
    this.#running.delete(name);
  }

  setRate(name: string, ratePerSecond: RateProfile): void {
    const running = this.#get(name);
    expectedArrivals(ratePerSecond, 0);
    const nowMs = this.#options.scheduler.nowMs();
    this.#settleOne(running, nowMs);
    running.expectedBefore = expectedBy(running, nowMs);
    running.profile = ratePerSecond;
    running.profileFromMs = nowMs;
  }

  settle(nowMs: number): void {
    for (const running of this.#running.values()) this.#settleOne(running, nowMs);
    if (this.#overrides.size > 0 && !this.#pending) this.#refresh();
  }

  invalidate(): void {
    if (this.#pending || this.#running.size === 0) return;
    this.#pending = true;
    this.#options.scheduler.after(this.#options.pushDelayMs ?? 0, 'proxies take up the new routing', () => {
      this.#pending = false;
      this.#refresh();
    });
  }

  override(hook: BehaviourOverride): () => void {
    this.#overrides.add(hook);
    this.invalidate();
    return () => {
      this.#overrides.delete(hook);
      this.invalidate();
    };
  }

  #get(name: string): Running {
    const running = this.#running.get(name);
    if (running === undefined) throw new RangeError(`no stream named "${name}" runs`);
    return running;
  }

  #refresh(): void {
    const nowMs = this.#options.scheduler.nowMs();
    const table = this.#table();
    for (const running of this.#running.values()) {
      const { key, plan } = this.#planFor(running.stream, running.request, running.plans, table);
      if (key === running.key) continue;
      this.#settleOne(running, nowMs);
      running.key = key;
      running.plan = plan;
    }
  }

  #table(): RoutingTable {
    return compileRouting(routingObjects(this.#options.store, this.#options.endpoints));
  }

  #planFor(
    stream: Stream,
    request: RouteRequest,
    plans: Map<string, Plan>,
    table: RoutingTable,
  ): { key: string; plan: Plan } {
    const { telemetry, behaviours, scheduler } = this.#options;
    const decision = table.route(request);
    const nowMs = scheduler.nowMs();
    // Remembered, because later tries and mirrors read them when they are first drawn, not now.
    const behaviour = remember((pod: Pod) => podBehaviour(behaviours, this.#overrides, pod, stream, nowMs));
    const inbound = remember((pod: Pod) => telemetry.inboundService(pod) ?? 'none');
    const key = planKey(decision, behaviour, inbound);
    let plan = plans.get(key);
    if (plan === undefined) {
      if (plans.size >= PLANS_KEPT_MAX) plans.clear();
      plan = buildPlan({ stream, decision, behaviour, inbound, telemetry });
      plans.set(key, plan);
    }
    return { key, plan };
  }

  #settleOne(running: Running, toMs: number): void {
    const { settledMs: fromMs, plan, random, stream } = running;
    if (toMs <= fromMs) return;
    const count = arrivals(running, fromMs, toMs);
    running.settledMs = toMs;
    if (count === 0) return;
    const tally: Tally = { counts: [], latencySumsMs: [] };
    draw(random, plan.set, count, tally);
    this.#options.observer.requests?.({
      fromMs,
      toMs,
      load: stream.name,
      route: plan.decision.route,
      outcomes: outcomesOf(plan, tally),
    });
  }
}

function outcomesOf({ outcomes }: Plan, { counts, latencySumsMs }: Tally): RequestOutcome[] {
  const found: RequestOutcome[] = [];
  for (let index = 0; index < counts.length; index++) {
    const count = counts[index] ?? 0;
    if (count === 0) continue;
    const { service, subset, pod, podTemplateHash, image, workload, status, flags } = outcomes[index]!;
    // Written out: a spread of eight fields costs more than the draw that filled them.
    const latencySumMs = latencySumsMs[index]!;
    found.push({
      service,
      subset,
      pod,
      podTemplateHash,
      image,
      workload,
      status,
      flags,
      count,
      latencySumMs,
    });
  }
  return found;
}

function expectedBy({ profile, profileFromMs, expectedBefore }: Running, timeMs: number): number {
  return expectedBefore + expectedArrivals(profile, timeMs - profileFromMs);
}

/** Even arrivals count whole requests of the running total, so it does not matter where spans are cut. */
function arrivals(running: Running, fromMs: number, toMs: number): number {
  const expected = expectedBy(running, toMs);
  if (running.stream.arrivals === 'poisson') {
    return poisson(running.random, Math.max(0, expected - expectedBy(running, fromMs)));
  }
  const total = Math.floor(expected + ROUNDING);
  const count = total - running.arrived;
  running.arrived = total;
  return count;
}

function remember<T>(of: (pod: Pod) => T): (pod: Pod) => T {
  const known = new Map<Pod, T>();
  return (pod) => {
    let value = known.get(pod);
    if (value === undefined) {
      value = of(pod);
      known.set(pod, value);
    }
    return value;
  };
}

/** What the store holds that routes. */
export function routingObjects(
  store: ClusterReader,
  endpoints: 'slices' | 'pods' = 'slices',
): RoutingObjects {
  return {
    virtualServices: store.list<VirtualService>('VirtualService'),
    destinationRules: store.list<DestinationRule>('DestinationRule'),
    gateways: store.list<Gateway>('Gateway'),
    services: store.list<Service>('Service'),
    pods: store.list<Pod>('Pod'),
    endpointSlices: endpoints === 'slices' ? store.list<EndpointSlice>('EndpointSlice') : undefined,
  };
}
