import { type Allocation, allocate, candidatesFor, type Denial, ruleFor } from '../../shared/allocation/allocate.ts';
import type { AllocationRequest } from '../../shared/allocation/allocation-request.ts';
import type { DenialReason } from '../../shared/allocation/denial-reasons.ts';
import type { HubWeights } from '../../shared/allocation/hub-weights.ts';
import { DEFAULT_RULE_NAME, type Rules } from '../../shared/allocation/rules.ts';

/** What a rule set would do with a fleet: counts of devices. */
export interface Simulation {
  readonly devices: number;
  /** In the order of the linked hubs. `byWeight`: how many devices the weights alone would give it. */
  readonly hubs: readonly { readonly hub: string; readonly devices: number; readonly byWeight: number }[];
  /** In the order of the rules, the default rule last. */
  readonly rules: readonly RuleCount[];
  /** Against where the devices are at present. `denied` counts all, those without a hub too. */
  readonly assignments: {
    readonly stay: number;
    readonly move: number;
    readonly new: number;
    readonly denied: number;
    readonly deniedWithHub: number;
  };
  /** The most frequent first. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly devices: number }[];
  readonly denials: readonly DenialCount[];
}

export interface RuleCount {
  readonly rule: string;
  readonly devices: number;
  readonly allocated: number;
  readonly moved: number;
  readonly denied: number;
}

export interface DenialCount {
  readonly reason: DenialReason;
  readonly rule: string;
  readonly message: string;
  readonly devices: number;
  /** The first few registrationIds. */
  readonly examples: readonly string[];
}

/** What was decided on one device. */
interface Decided {
  readonly request: AllocationRequest;
  readonly decision: Allocation | Denial;
}

const EXAMPLES = 3;

/** Decides on every device as the webhook would, and counts. */
export function simulateFleet(requests: readonly AllocationRequest[], rules: Rules, weights: HubWeights): Simulation {
  const decided = requests.map((request) => ({ request, decision: allocate(request, rules, weights) }));
  const byRule = Map.groupBy(decided, ({ decision }) => decision.rule);
  return {
    devices: decided.length,
    hubs: countHubs(decided, rules, weights),
    rules: [...rules.map(({ name }) => name), DEFAULT_RULE_NAME].map((rule) => countRule(rule, byRule.get(rule) ?? [])),
    assignments: countAssignments(decided),
    moves: countMoves(decided),
    denials: countDenials(decided),
  };
}

function countHubs(decided: readonly Decided[], rules: Rules, weights: HubWeights): Simulation['hubs'] {
  // The same in every request: the fleet's hubs are linked to the DPS.
  const linked = decided[0]?.request.linkedHubs ?? [];
  const counts = new Map(linked.map((hub) => [hub, { hub, devices: 0, byWeight: 0 }]));
  for (const { request, decision } of decided) {
    const { outcome } = ruleFor(request, rules);
    if ('denied' in decision || 'deny' in outcome) continue;
    const chosen = counts.get(decision.hub);
    if (chosen) chosen.devices += 1;
    const candidates = candidatesFor(request, outcome, weights);
    const sum = candidates.reduce((total, { weight }) => total + weight, 0);
    for (const { hub, weight } of candidates) {
      const count = counts.get(hub);
      if (count) count.byWeight += weight / sum;
    }
  }
  return [...counts.values()];
}

function countRule(rule: string, decided: readonly Decided[]): RuleCount {
  const denied = decided.filter(({ decision }) => 'denied' in decision).length;
  const moved = decided.filter((each) => fateOf(each) === 'move').length;
  return { rule, devices: decided.length, allocated: decided.length - denied, moved, denied };
}

function countAssignments(decided: readonly Decided[]): Simulation['assignments'] {
  const counts = { stay: 0, move: 0, new: 0, denied: 0, deniedWithHub: 0 };
  for (const each of decided) {
    const fate = fateOf(each);
    counts[fate] += 1;
    if (fate === 'denied' && each.request.currentHub !== undefined) counts.deniedWithHub += 1;
  }
  return counts;
}

function fateOf({ request, decision }: Decided): 'stay' | 'move' | 'new' | 'denied' {
  if ('denied' in decision) return 'denied';
  if (request.currentHub === undefined) return 'new';
  return request.currentHub.toLowerCase() === decision.hub.toLowerCase() ? 'stay' : 'move';
}

function countMoves(decided: readonly Decided[]): Simulation['moves'] {
  const moves = decided.flatMap((each) => {
    const { request, decision } = each;
    if (fateOf(each) !== 'move' || 'denied' in decision) return [];
    return { from: request.currentHub?.toLowerCase() ?? '', to: decision.hub };
  });
  const groups = Map.groupBy(moves, ({ from, to }) => `${from}\n${to}`).values();
  return mostFirst(
    [...groups].flatMap((group) => group.slice(0, 1).map((move) => ({ ...move, devices: group.length }))),
  );
}

function countDenials(decided: readonly Decided[]): Simulation['denials'] {
  const denials = decided.flatMap(({ request, decision }) =>
    'denied' in decision ? { id: request.registrationId, denial: decision } : [],
  );
  const groups = Map.groupBy(denials, ({ denial }) => `${denial.rule}\n${denial.message}`).values();
  return mostFirst(
    [...groups].flatMap((group) =>
      group.slice(0, 1).map(({ denial: { denied, rule, message } }) => {
        const examples = group.slice(0, EXAMPLES).map(({ id }) => id);
        return { reason: denied, rule, message, devices: group.length, examples };
      }),
    ),
  );
}

function mostFirst<T extends { readonly devices: number }>(items: Iterable<T>): T[] {
  return [...items].sort((a, b) => b.devices - a.devices);
}
