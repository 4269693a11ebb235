/** How Argo Rollouts spaces out its retries. Follows: utils/queue/queue.go of Argo Rollouts v1.9.1. */
import type { RateLimit } from '../../kube/effects.ts';

/**
 * The limit that all of Argo Rollouts' queues share. A Rollout's changes go through it too, so a Rollout that has been invalid for
 * long is looked at up to 10 seconds after it was mended.
 */
export const ARGO_RATE_LIMIT: RateLimit = { firstMs: 1, maxMs: 10_000, holdsChanges: true };

/** For AnalysisRuns, Experiments and Services the same limit on failures, while their changes are queued at once. */
export const ARGO_PROMPT_RATE_LIMIT: RateLimit = { ...ARGO_RATE_LIMIT, holdsChanges: false };
