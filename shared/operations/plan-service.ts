import { renewalWindow } from '../lifecycle/due.ts';
import { isAction, type LaneStep } from '../lifecycle/next-step.ts';
import type { Generation, ServiceFacts } from '../lifecycle/observed.ts';
import { olderVersions } from '../lifecycle/older-versions.ts';
import type { Entry } from '../ports.ts';
import { keyOfSpki } from './key-of-spki.ts';
import { type Looked, rankIn } from './look-at.ts';
import { planCa, planRetirement, planStep } from './plan-ca.ts';
import type { PlannedEntry, PlannedService, PlannedStep, Rank } from './planned.ts';
import { type ReferencesIn, referencesTo } from './references-in.ts';

type ReadService = Extract<ServiceFacts, { readonly kind: 'read' }>;

/** What is known of the CAs when a DPS is looked at. */
export interface Known {
  readonly cas: readonly Looked[];
  /** Whether it is certain that an entry of this DPS belongs to none of them. */
  readonly isUnmanaged: (dps: string, entry: Entry) => boolean;
  readonly now: Date;
}

/** A DPS with all its entries, whoever's they are, and what would be done to each. */
export function planService(service: ReadService, references: ReferencesIn, known: Known): PlannedService {
  const { id, name, state } = service;
  return {
    kind: 'read',
    id,
    name,
    state,
    entries: [
      ...service.entries.map((entry) => planEntry(service, entry, references, known)),
      ...embeddedOnly(service, references, known),
    ],
    missing: known.cas.flatMap((looked) => {
      const step = looked.kind === 'decided' && laneIn(looked.steps, id);
      const [newest] = looked.generations;
      if (!step || newest === undefined || step.step !== 'upload') return [];
      return { ca: looked.ca, thumbprint: newest.certificate.thumbprint, next: planStep(step, known.now) };
    }),
  };
}

function planEntry(service: ReadService, entry: Entry, references: ReferencesIn, known: Known): PlannedEntry {
  const { name, thumbprint, isVerified } = entry;
  const owner = ownerOf(service, thumbprint, known);
  const isUnmanaged = owner === undefined && known.isUnmanaged(service.id, entry);
  return {
    name,
    isVerified,
    ...(owner ? ownedFacts(service, thumbprint, owner, known) : STRANGER),
    thumbprint,
    standing: owner ? 'managed' : isUnmanaged ? 'unmanaged' : 'unknown',
    notAfter: generationIn(owner, thumbprint)?.certificate.notAfter ?? entry.notAfter,
    references: referencesTo(references, { name, thumbprint }),
  };
}

/** Certificates of managed CAs that enrollments embed and that are no entry. */
function embeddedOnly(service: ReadService, references: ReferencesIn, known: Known): readonly PlannedEntry[] {
  const held = new Set(service.entries.map(({ thumbprint }) => thumbprint));
  return references.embedded.flatMap((thumbprint) => {
    const owner = held.has(thumbprint) ? undefined : ownerOf(service, thumbprint, known);
    if (owner === undefined) return [];
    return {
      name: undefined,
      isVerified: undefined,
      ...ownedFacts(service, thumbprint, owner, known),
      thumbprint,
      standing: 'managed',
      notAfter: generationIn(owner, thumbprint)?.certificate.notAfter,
      references: referencesTo(references, { thumbprint }),
    };
  });
}

const STRANGER = {
  ca: undefined,
  generation: undefined,
  key: undefined,
  notBefore: undefined,
  windowOpens: undefined,
  next: undefined,
} as const;

interface Owner {
  readonly looked: Looked;
  readonly rank: Rank;
}

function ownerOf(service: ReadService, thumbprint: string, { cas }: Known): Owner | undefined {
  for (const looked of cas) {
    const rank = rankIn(looked, service, thumbprint);
    if (rank !== undefined) return { looked, rank };
  }
  return undefined;
}

function generationIn(owner: Owner | undefined, thumbprint: string): Generation | undefined {
  return owner?.looked.generations.find(({ certificate }) => certificate.thumbprint === thumbprint);
}

function ownedFacts(service: ReadService, thumbprint: string, owner: Owner, { now }: Known) {
  const { looked, rank } = owner;
  const certificate = generationIn(owner, thumbprint)?.certificate;
  return {
    ca: looked.ca,
    generation: rank,
    key: certificate && keyOfSpki(certificate.spki),
    notBefore: certificate?.notBefore,
    windowOpens: rank === 'newest' && looked.kind === 'decided' ? renewalWindow(looked.observed) : undefined,
    next: nextOf(service, thumbprint, owner, now),
    ...evidenceOn(service, thumbprint, owner),
  };
}

/** How many devices have left an older version, where it was looked at. */
function evidenceOn(service: ReadService, thumbprint: string, { looked }: Owner): Pick<PlannedEntry, 'devices'> {
  if (looked.kind !== 'decided') return {};
  const lane = looked.observed.services.find(({ id }) => id === service.id);
  const found = lane?.kind === 'read' ? lane.evidence?.get(thumbprint) : undefined;
  return found === undefined ? {} : { devices: found.counts };
}

/** What would be done next to one certificate of a DPS: what is due in its lane, else what its CA waits for. */
function nextOf(service: ReadService, thumbprint: string, { looked, rank }: Owner, now: Date): PlannedStep | undefined {
  if (looked.kind !== 'decided') return planCa(looked, now).next[0];
  const { observed, steps } = looked;
  const own = laneIn(steps, service.id);
  const isPaused = own?.step === 'wait' && own.reason === 'paused';
  if (rank !== 'newest' && !isPaused) {
    if (own && isAction(own) && (own.step !== 'retire' || own.thumbprint === thumbprint)) return planStep(own, now);
    const lane = observed.services.find(({ id }) => id === service.id);
    const older = lane?.kind === 'read' ? olderVersions(observed, lane, now) : [];
    const found = older.find((version) => version.thumbprint === thumbprint);
    return found && planRetirement(service.id, found);
  }
  const [vault] = steps;
  const order = [
    own && isAction(own) && own.step !== 'retire' ? own : undefined,
    vault && (isAction(vault) || vault.step === 'refuse') ? vault : undefined,
    own?.step === 'refuse' ? own : undefined,
    vault,
  ];
  const step = order.find((each) => each !== undefined);
  return step && planStep(step, now);
}

function laneIn(steps: readonly LaneStep[], dps: string): Extract<LaneStep, { readonly lane: 'dps' }> | undefined {
  return steps.flatMap((step) => (step.lane === 'dps' && step.dps === dps ? step : []))[0];
}
