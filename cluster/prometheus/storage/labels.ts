/**
 * Label sets. A `Labels` is immutable, sorted by name and knows its own canonical text, so that two sets can be
 * compared, grouped and matched by string. Derived sets are made once per instance and then reused: an evaluation
 * over the same series makes no new label objects.
 */

/** A label set as a target hands it over: plain names and values, `__name__` among them. */
export type LabelSet = Readonly<Record<string, string>>;

export const METRIC_NAME = '__name__';
/** What Prometheus 3 counts as the metric's own: gone as soon as a value is no longer that metric's. */
const METADATA = [METRIC_NAME, '__type__', '__unit__'];

export class Labels {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** Canonical text, equal exactly when the sets are equal. Not for people: see `toString`. */
  readonly key: string;
  #withoutName: Labels | undefined;

  static readonly EMPTY = new Labels([], []);

  private constructor(names: readonly string[], values: readonly string[]) {
    this.names = names;
    this.values = values;
    let key = '';
    for (let i = 0; i < names.length; i++) key += `${names[i]}\u{0}${values[i]}\u{1}`;
    this.key = key;
  }

  /** Labels with an empty value are dropped: to Prometheus they do not exist. */
  static from(set: LabelSet): Labels {
    const names = Object.keys(set)
      .filter((name) => set[name] !== '')
      .sort(byCode);
    return names.length === 0
      ? Labels.EMPTY
      : new Labels(
          names,
          names.map((name) => set[name]!),
        );
  }

  /** The value of a label, or the empty text when it is absent. */
  get(name: string): string {
    const names = this.names;
    for (let i = 0; i < names.length; i++) if (names[i] === name) return this.values[i]!;
    return '';
  }

  get metricName(): string {
    return this.get(METRIC_NAME);
  }

  withoutMetricName(): Labels {
    this.#withoutName ??= this.names.some((name) => METADATA.includes(name)) ? this.dropping(METADATA) : this;
    return this.#withoutName;
  }

  keeping(names: readonly string[]): Labels {
    return this.#filtered((name) => names.includes(name));
  }

  dropping(names: readonly string[]): Labels {
    return this.#filtered((name) => !names.includes(name));
  }

  /** The set with some labels set, or removed where the new value is empty. Meant for few changes: nothing is sorted. */
  with(changes: LabelSet): Labels {
    const names = [...this.names];
    const values = [...this.values];
    for (const [name, value] of Object.entries(changes)) {
      let at = 0;
      while (at < names.length && names[at]! < name) at++;
      const isThere = names[at] === name;
      if (value === '') {
        if (isThere) [names, values].forEach((list) => list.splice(at, 1));
      } else if (isThere) values[at] = value;
      else {
        names.splice(at, 0, name);
        values.splice(at, 0, value);
      }
    }
    return names.length === 0 ? Labels.EMPTY : new Labels(names, values);
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this.names.map((name, i) => [name, this.values[i]!]));
  }

  /** `{__name__="up", job="echo"}`, as Go's labels.Labels.String writes it. */
  toString(): string {
    const parts = this.names.map((name, i) => `${quotedName(name)}=${JSON.stringify(this.values[i])}`);
    return `{${parts.join(', ')}}`;
  }

  /** `up{job="echo"}`, as query results are shown. */
  toSelector(): string {
    const name = this.metricName;
    const rest = this.dropping([METRIC_NAME]);
    if (name === '') return rest.toString();
    return rest.names.length === 0 ? name : `${name}${rest.toString()}`;
  }

  #filtered(keep: (name: string) => boolean): Labels {
    const names: string[] = [];
    const values: string[] = [];
    this.names.forEach((name, i) => {
      if (!keep(name)) return;
      names.push(name);
      values.push(this.values[i]!);
    });
    return names.length === 0 ? Labels.EMPTY : new Labels(names, values);
  }
}

/** Orders label sets as Prometheus sorts a matrix: name by name, value by value. */
export function compareLabels(a: Labels, b: Labels): number {
  const count = Math.min(a.names.length, b.names.length);
  for (let i = 0; i < count; i++) {
    const order = byCode(a.names[i]!, b.names[i]!) || byCode(a.values[i]!, b.values[i]!);
    if (order !== 0) return order;
  }
  return a.names.length - b.names.length;
}

export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function quotedName(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}
