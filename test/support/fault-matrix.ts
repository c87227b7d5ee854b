import type { CleanLife, FaultCase } from './fault-case.ts';
import { FAULT_EFFECT_NAMES, type FaultEffectName, isEffective } from './fault-effects.ts';
import type { FaultScenario } from './fault-scenarios.ts';
import { randomFrom } from './interleave.ts';

/** Clean lives by the name of their scenario. */
export type CleanLives = Readonly<Record<string, CleanLife>>;

/** Every call of a scenario with every effect that does anything to it. */
export function singleFaults(
  { name }: FaultScenario,
  { calls }: CleanLife,
  effects: readonly FaultEffectName[] = FAULT_EFFECT_NAMES,
): readonly FaultCase[] {
  return calls.flatMap((call, index) =>
    effects
      .filter((effect) => isEffective(effect, call))
      .map((effect) => ({ scenario: name, faults: [{ call: index + 1, effect }] })),
  );
}

/** So many pairs of faults at two calls of one life, drawn from all scenarios; the same for the same seed. */
export function pairsOfFaults(
  scenarios: readonly FaultScenario[],
  lives: CleanLives,
  count: number,
  seed: number,
): readonly FaultCase[] {
  const random = randomFrom(seed);
  const drawn = (below: number) => Math.floor(random() * below);
  return Array.from({ length: count }, () => {
    const scenario = scenarios[drawn(scenarios.length)]?.name ?? '';
    const calls = lives[scenario]?.calls ?? [];
    const faultAt = (index: number) => ({
      call: index + 1,
      effect: FAULT_EFFECT_NAMES[drawn(FAULT_EFFECT_NAMES.length)] ?? '500',
    });
    const first = drawn(calls.length);
    const second = (first + 1 + drawn(calls.length - 1)) % calls.length;
    return { scenario, faults: [faultAt(first), faultAt(second)] };
  });
}

/** The command that runs one case again. */
export function replayCommand({ scenario, faults }: FaultCase): string {
  const each = faults.map(({ call, effect }) => ` --call ${call} --effect ${effect}`);
  return `npm run test:faults -- --scenario ${scenario}${each.join('')}`;
}
