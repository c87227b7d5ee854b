import type { LinkedHub } from '../ports.ts';

/** What the DPS resource says of a linked hub: its share where a rule gives none. */
export interface HubWeight {
  /** `allocationWeight`; 0: no device goes there. */
  readonly weight: number;
  /** `applyAllocationPolicy`: false takes the hub out, except where a rule names it. */
  readonly applies: boolean;
}

/** By the hub's host name in lower case. A hub that is not in it has the weight 1 and applies. */
export type HubWeights = ReadonlyMap<string, HubWeight>;

/** Puts linked hubs as a DPS resource lists them into a map for `allocate`. */
export function hubWeights(hubs: readonly LinkedHub[]): HubWeights {
  return new Map(
    hubs.map(({ name, allocationWeight, applyAllocationPolicy }) => [
      name.toLowerCase(),
      { weight: allocationWeight ?? 1, applies: applyAllocationPolicy ?? true },
    ]),
  );
}
