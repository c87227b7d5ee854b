import type { PlannedStep } from '../../shared/operations/planned.ts';
import { dayOf, type View } from './view.ts';

/** A step in two words, and the colour that tells what it asks of the reader. */
export interface StepText {
  readonly text: string;
  readonly colour: 'red' | 'yellow' | 'green' | 'dim';
}

const VERBS: Readonly<Record<string, string>> = { request: 'renew' };

/** What comes next, and when. */
export function stepText({ step, at, towards }: PlannedStep, view: View): StepText {
  if (step === 'refuse') return { text: 'refused', colour: 'red' };
  if (step === 'unknown') return { text: 'not read', colour: 'red' };
  if (step !== 'wait') return { text: `${VERBS[step] ?? step} now`, colour: 'yellow' };
  if (at === undefined || towards === undefined) return { text: 'wait', colour: 'dim' };
  if (at <= view.now) return { text: `${VERBS[towards] ?? towards} now`, colour: 'yellow' };
  return { text: `${VERBS[towards] ?? towards} ${dayOf(at, view)}`, colour: 'green' };
}

/** Why: the code, what it means, the case at hand. */
export function reasonText({ reason, explanation, detail }: PlannedStep, { nameOf }: View): string {
  const means = reason === undefined ? explanation : `${reason}: ${explanation}`;
  return nameOf(detail === undefined ? means : `${means} (${detail})`);
}
