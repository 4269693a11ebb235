/** Figures as a sweep's reports write them. */
import { formatDuration } from '../../../cluster/kernel/time.ts';
import type { Setting } from '../point/points.ts';
import type { CensoredTimes } from '../statistics/quantiles.ts';

/** A share from 0 to 1: `0 %`, `0.35 %`, `12.4 %`, `100 %`. Never rounds to 0 or 100 what is not. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  const value = share * 100;
  if (value < 0.01) return '<0.01 %';
  if (value > 99.99) return '>99.99 %';
  return `${value < 1 || value > 99 ? value.toFixed(2) : value.toFixed(1)} %`;
}

export function count(value: number): string {
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

export function settingWords({ kind, target, text }: Setting): string {
  if (kind === 'rate') return `${target} at ${text}`;
  return kind === 'errorRate' ? `${target} failing ${text}` : `${target} ${text} times as slow`;
}

/** A quantile that fell among the undetected is said so, never left out. */
export function timeWords(timeMs: number | null, { total }: Pick<CensoredTimes, 'total'>): string {
  if (timeMs !== null) return formatDuration(timeMs);
  return total === 0 ? '-' : 'not seen';
}
