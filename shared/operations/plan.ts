import type { App } from './app.ts';
import { planOf } from './plan-of.ts';
import type { Plan } from './planned.ts';
import { survey } from './survey.ts';

/**
 * What is managed, what would be done next and when, and what is in the way: decided by the functions that scan and
 * renewal ask. Only reads. What cannot be read, or is refused, is named and hides nothing else; throws an Error only if
 * nothing could be read at all.
 */
export async function plan(app: Pick<App, 'ports' | 'wishes'>): Promise<Plan> {
  const found = await survey(app, 'shown');
  if ([...found.vaults, ...found.services].every(({ kind }) => kind === 'unreadable')) {
    const reasons = found.failures.map(({ message }) => message).join('; ');
    throw new Error(`Cannot plan: no vault and no DPS could be read (${reasons})`);
  }
  return planOf(found);
}
