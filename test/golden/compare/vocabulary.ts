/**
 * Every phase, message and reason that a trace shows, brief ones too. Which brief ones a case shows is chance, but over
 * many cases the real and the embedded controllers must use the same words.
 */
import type { Trace } from '../trace.ts';
import { streamsOf } from './streams.ts';

const TOLD = /^(Rollout\/\S+ (phase|condition \S+)|AnalysisRun\/\S+|Experiment\/\S+)$/;
/** A pod template hash: vowel-free letters and digits, with at least one digit. */
const HASH = /\b(?=[bcdf-hj-np-tv-xz]*\d)[bcdf-hj-np-tv-xz\d]{8,10}\b/g;

/** `Rollout phase | Paused | CanaryPauseStep`, with hashes masked. */
export function vocabulary(trace: Trace): Set<string> {
  const words = new Set<string>();
  for (const { name, moments } of streamsOf(trace).values()) {
    if (!TOLD.test(name)) continue;
    for (const { state } of moments) {
      const { phase, status, reason, message } = state;
      const told = [name.replace(/\/\S+/, ''), phase, status, reason, message].filter(
        (each) => each !== undefined,
      );
      words.add(told.join(' | ').replaceAll(HASH, 'HASH'));
    }
  }
  return words;
}
