import { asObject } from '../json.ts';
import type { LinkedHub } from '../ports.ts';
import { type HubWeights, hubWeights } from './hub-weights.ts';

/** Why the weights of the DPS resources do not count. */
export type WeightsGap =
  /** No scan has published any yet. */
  | 'absent'
  /** What is there is not what a scan writes. */
  | 'unreadable'
  /** No scan has read a DPS for a week: what was true then may long be wrong. */
  | 'stale';

/** The weights of all hubs of all DPS; where they are not known all are 1, and `gap` says why. */
export interface PublishedWeights {
  readonly weights: HubWeights;
  readonly gap?: WeightsGap;
}

const LONGEST_AGE_MS = 7 * 24 * 3_600_000;

/**
 * Reads the weights that scans publish (`status/hubs.json`). A request does not say which DPS it comes from, so a hub
 * that is linked to several has the greatest of its weights, and applies where it does for any of them. Never throws.
 * @param document parsed JSON: by resource id of a DPS, when it was read and its linked hubs; `undefined` or null where
 * there is none
 */
export function publishedWeights(document: unknown, now: Date): PublishedWeights {
  if (document === undefined || document === null) return { weights: new Map(), gap: 'absent' };
  const services = Object.values(asObject(document) ?? {}).map(readService);
  const readable = services.flatMap((service) => service ?? []);
  if (asObject(document) === undefined || readable.length < services.length) {
    return { weights: new Map(), gap: 'unreadable' };
  }
  if (readable.length === 0) return { weights: new Map(), gap: 'absent' };
  const fresh = readable.filter(({ at }) => now.getTime() - at <= LONGEST_AGE_MS);
  if (fresh.length === 0) return { weights: new Map(), gap: 'stale' };
  return { weights: greatest(fresh.map(({ hubs }) => hubWeights(hubs))) };
}

function greatest(all: readonly HubWeights[]): HubWeights {
  const weights = new Map<string, { readonly weight: number; readonly applies: boolean }>();
  for (const [hub, { weight, applies }] of all.flatMap((each) => [...each])) {
    const known = weights.get(hub);
    weights.set(hub, {
      weight: Math.max(weight, known?.weight ?? 0),
      applies: applies || known?.applies === true,
    });
  }
  return weights;
}

function readService(value: unknown): { readonly at: number; readonly hubs: readonly LinkedHub[] } | undefined {
  const { at, hubs } = asObject(value) ?? {};
  const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(time) || !Array.isArray(hubs) || !hubs.every(isHub)) return undefined;
  return { at: time, hubs };
}

function isHub(value: unknown): value is LinkedHub {
  const { name, allocationWeight: weight, applyAllocationPolicy: applies } = asObject(value) ?? {};
  return (
    typeof name === 'string' &&
    (weight === undefined || (typeof weight === 'number' && weight >= 0)) &&
    (applies === undefined || typeof applies === 'boolean')
  );
}
