import { type LaneStep, nextSteps } from '../lifecycle/next-step.ts';
import type { CaId, Observed } from '../lifecycle/observed.ts';
import type { App } from './app.ts';
import { observe } from './observe.ts';
import { observeReferences } from './referring.ts';
import type { World } from './world.ts';

/** A CA with the enrollments that refer to it, and the next step of each of its lanes. */
export interface Decided {
  readonly observed: Observed;
  readonly steps: readonly LaneStep[];
}

/** Looks at one CA and asks what the renewal would ask: for those who only want to know. Throws as `observe` does. */
export async function decideOn(
  { ports, wishes }: Pick<App, 'ports' | 'wishes'>,
  world: World,
  ca: CaId,
  now: Date,
): Promise<Decided> {
  const seen = await observe(ports, world, ca, { ...wishes, now });
  const observed = await observeReferences(ports, world, seen, now);
  return { observed, steps: nextSteps(observed, now) };
}
