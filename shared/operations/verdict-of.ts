import { isDue, type Plan } from './planned.ts';

/** What a plan comes to: whether a person is needed, else whether anything is due. */
export function verdictOf({
  cas,
  obstacles,
  missingPermissions,
  failures,
}: Pick<Plan, 'cas' | 'obstacles' | 'missingPermissions' | 'failures'>): Plan['verdict'] {
  const isPartial = missingPermissions.length + failures.length > 0;
  if (isPartial || obstacles.some(({ severity }) => severity === 'attention')) return 'attention';
  return cas.some(({ next }) => next.some(isDue)) ? 'due' : 'nothing-due';
}
