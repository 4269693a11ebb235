/**
 * The seam under the product: what a run needs of a place to run in. `sim`, `lab`, `k3d` and `context:NAME` are four
 * adapters of this interface, and nothing above it asks which one it has.
 */
import type { Effect } from '../../cluster/kube/effects.ts';
import type { AnyObject, ClusterReader } from '../../cluster/kube/objects.ts';
import type { ImageBehaviour } from '../../cluster/images.ts';
import type { Observer } from '../../cluster/observer.ts';
import type { Fault, LoadStream, Position } from '../scenario/types.ts';

export interface Testbed {
  readonly name: string;
  /** What a reader of the record must know of this testbed: versions, what is modelled. */
  readonly description: string;
  /** Testbed time in milliseconds since the Unix epoch: virtual in `sim`. */
  nowMs(): number;
  /** The objects as they are now; on a real cluster, as the watches last reported them. */
  readonly objects: ClusterReader;
  /** Everything that happens goes to `observer`, from now on. */
  observe(observer: Observer): void;
  /** `kubectl apply`. Throws a CoalmineError in the API server's words when an object is refused; then none is applied. */
  apply(objects: readonly AnyObject[]): Promise<void>;
  /** What a person does with kubectl or the plugin, as writes. */
  perform(effects: readonly Effect[]): Promise<void>;
  startLoad(stream: LoadStream): Promise<void>;
  setLoadRate(name: string, ratePerSecond: number): Promise<void>;
  /** Changes what an image's running and future containers do; fields not given stay. */
  setBehaviour(image: string, change: Partial<ImageBehaviour>): Promise<void>;
  /** The kinds of fault that this testbed can inject; a scenario that names another is refused before it runs. */
  readonly faults: readonly Fault['kind'][];
  inject(fault: Fault, at: Position): Promise<void>;
  /** Lets time pass until `done()` holds or `deadlineMs` (testbed time) is reached; returns whether it held. */
  waitUntil(deadlineMs: number, done: () => boolean): Promise<boolean>;
  /** What has not settled, in words; empty when nothing is under way. */
  pending(): string[];
  close(): Promise<void>;
}
