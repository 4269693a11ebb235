/** Label sets that stay the same object from scrape to scrape, so that Prometheus need not look a series up anew. */
import type { Labels } from '../../istio/telemetry/labels.ts';
import type { Sample } from '../../istio/telemetry/series.ts';

/** The label sets of one object, or of one Rollout's counters. */
export class LabelSets {
  readonly #identity: Readonly<Record<string, string>>;
  readonly #known = new Map<string, Labels>();

  constructor(identity: Readonly<Record<string, string>>) {
    this.#identity = withoutEmpty(identity);
  }

  /** A sample of this name. Labels with an empty value are left out, which means the same to Prometheus. */
  sample(name: string, value: number, more: Readonly<Record<string, string>> = {}): Sample {
    return { labels: this.labels(name, more), value };
  }

  labels(name: string, more: Readonly<Record<string, string>> = {}): Labels {
    const key = `${name}\n${Object.values(more).join('\n')}`;
    let labels = this.#known.get(key);
    if (labels === undefined) {
      labels = Object.freeze({ __name__: name, ...this.#identity, ...withoutEmpty(more) });
      this.#known.set(key, labels);
    }
    return labels;
  }
}

function withoutEmpty(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}
