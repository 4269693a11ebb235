/** The Experiment's phase, from its templates and its analyses. */
import { toRfc3339 } from '../../kernel/time.ts';
import { isWorse } from '../analysis/assess.ts';
import { isCompleted } from '../analysis/templates.ts';
import { withConditions } from './conditions.ts';
import { analysisStatusOf, requiredAnalysesSuccessful, templateStatusOf } from './termination.ts';
import type { AnalysisPhase, ExperimentStatus, TemplateStatus } from '../../kube/types/analysis.ts';
import type { ExperimentContext } from './context.ts';

interface Verdict {
  phase: AnalysisPhase;
  message: string;
}

export function calculateStatus(context: ExperimentContext): ExperimentStatus {
  const { experiment, nowMs } = context;
  const phase = context.newStatus.phase ?? '';
  if (phase === '') {
    context.newStatus = { ...context.newStatus, phase: 'Pending' };
  } else if (phase === 'Pending' || phase === 'Running') {
    const templates = assessTemplates(context);
    const analyses = assessAnalyses(context);
    if (templates.phase === 'Running' && context.newStatus.availableAt === undefined) {
      context.newStatus = { ...context.newStatus, availableAt: toRfc3339(nowMs) };
    }
    const verdict = deferToAnalyses(context, templates, analyses) ? analyses : templates;
    const { message: _before, ...rest } = context.newStatus;
    context.newStatus = {
      ...rest,
      phase: verdict.phase,
      ...(verdict.message !== '' && { message: verdict.message }),
    };
  }
  return withConditions(experiment, context.newStatus, nowMs);
}

/** Whether the analyses decide: they have gone wrong or the required ones are done, or the templates ended well. */
function deferToAnalyses(
  { experiment, newStatus }: ExperimentContext,
  templates: Verdict,
  analyses: Verdict,
): boolean {
  const analysesEnded = isCompleted(analyses.phase);
  if (isCompleted(templates.phase)) {
    const hasRequired = (experiment.spec.analyses ?? []).some((each) => each.requiredForCompletion === true);
    return templates.phase === 'Successful' && (analysesEnded || hasRequired);
  }
  if (analysesEnded && analyses.phase !== 'Successful') return true;
  return requiredAnalysesSuccessful(experiment.spec, newStatus);
}

const TEMPLATES_FROM_BEST_TO_WORST = ['Successful', 'Running', 'Progressing', 'Error', 'Failed'];

const PHASE_OF: Readonly<Record<string, AnalysisPhase>> = {
  Successful: 'Successful',
  Running: 'Running',
  Progressing: 'Pending',
  Error: 'Error',
  Failed: 'Failed',
};

function rank(status: TemplateStatus['status']): number {
  return Math.max(0, TEMPLATES_FROM_BEST_TO_WORST.indexOf(status ?? ''));
}

function assessTemplates({ experiment, newStatus }: ExperimentContext): Verdict {
  let worst: NonNullable<TemplateStatus['status']> = 'Successful';
  let message = '';
  for (const { name } of experiment.spec.templates) {
    const status = templateStatusOf(newStatus, name);
    if (rank(status?.status) <= rank(worst)) continue;
    worst = status!.status!;
    message = status?.message ?? '';
  }
  return { phase: PHASE_OF[worst]!, message };
}

function assessAnalyses({ experiment, newStatus }: ExperimentContext): Verdict {
  let worst: AnalysisPhase = 'Successful';
  let message = '';
  for (const { name } of experiment.spec.analyses ?? []) {
    const status = analysisStatusOf(newStatus, name);
    if (status === undefined || !isWorse(worst, status.phase)) continue;
    worst = status.phase;
    message = status.message ?? '';
  }
  if (requiredAnalysesSuccessful(experiment.spec, newStatus) && isWorse(worst, 'Running')) {
    return { phase: 'Successful', message: 'Required AnalysisRuns completed' };
  }
  return { phase: worst === 'Pending' ? 'Running' : worst, message };
}
