import { X509Certificate } from 'node:crypto';
import { candidateOf, chooseHub } from '../../shared/allocation/rendezvous.ts';
import { counted } from '../terminal/layout.ts';
import type { Check } from './checks.ts';
import type { CallCount } from './count-calls.ts';
import type { Device } from './devices.ts';
import type { Fleet, Generation } from './fleet.ts';
import type { DeviceCertificate } from './issue-device-certificate.ts';
import type { LinkedHub } from './read-hubs.ts';
import type { Registration } from './read-registrations.ts';

/** What the verdict on the devices rests on. */
export interface DeviceEvidence {
  readonly devices: readonly Device[];
  readonly hubs: readonly LinkedHub[];
  /** The generation that they left, and the one that they went to. */
  readonly old: Generation;
  readonly fresh: Generation;
  /** What DPS knew of them under the old CA, and in the end. */
  readonly first: readonly Registration[];
  readonly last: readonly Registration[];
  /** What each came with last, by registrationId. */
  readonly certificates: ReadonlyMap<string, DeviceCertificate>;
  readonly straggler: Straggler;
  /** What DPS answers to a device with a certificate of the old CA in the end; `undefined` if it lets it in. */
  readonly refusal: string | undefined;
  /** The calls of every scan and of every renewal that followed one. */
  readonly calls: readonly { readonly scan: CallCount; readonly renewal: CallCount }[];
}

/** How it was while one device was left under the old CA. */
export interface Straggler {
  readonly registrationId: string;
  /** Where it comes in. */
  readonly enrollment: string;
  readonly fleet: Fleet;
  /** Why the app waited, as it said. */
  readonly waits: readonly { readonly reason: string; readonly detail?: string | undefined }[];
}

/** More is a call for each of something, where one for all would do. */
const MOST_CALLS = { scan: 30, renewal: 60 };

type Rule = (evidence: DeviceEvidence) => string | undefined;

/** Judges what became of the devices. Every check is made, whatever the others found. */
export function checkDevices(evidence: DeviceEvidence): Check[] {
  const { devices, hubs, straggler } = evidence;
  const weights = hubs.map(({ weight }) => weight).join(':');
  const rules: [string, Rule][] = [
    [`all ${devices.length} devices are registered, each once`, allRegistered],
    [
      `each on the one of ${counted(hubs.length, 'hub')} that its name and their weights, ${weights}, give it`,
      byWeight,
    ],
    ['none changed its hub when it came with its new certificate', noneMoved],
    ['each came last with a certificate that the new CA has signed', allUnderFresh],
    [`the old CA stayed for ${straggler.registrationId}, and the app said so`, stayedForStraggler],
    ['a certificate of the old CA is refused now', oldRefused],
    [`no scan took more than ${MOST_CALLS.scan} calls, no renewal more than ${MOST_CALLS.renewal}`, fewCalls],
  ];
  return rules.map(([name, rule]) => ({ name, fault: rule(evidence) }));
}

function allRegistered({ devices, last }: DeviceEvidence): string | undefined {
  const stray = last.find(({ registrationId, dps }) =>
    devices.every((device) => device.registrationId !== registrationId || device.dps !== dps),
  );
  if (stray) return `${stray.registrationId} is registered with ${stray.dps}, and should not be`;
  for (const { registrationId, dps } of devices) {
    const [own, second] = last.filter((each) => each.registrationId === registrationId);
    if (own === undefined) return `${registrationId} is not registered with ${dps}`;
    if (second) return `${registrationId} is registered twice`;
    if (own.status !== 'assigned' || own.hub === undefined) return `${registrationId} is ${own.status}`;
  }
  return undefined;
}

/** Computed from what the resource manager says of the hubs; the app goes by what its scan has kept of that. */
function byWeight({ hubs, last }: DeviceEvidence): string | undefined {
  const candidates = hubs.map(({ name, weight }) => candidateOf(name, weight));
  const wrong = last.find(({ registrationId, hub }) => hub !== chooseHub(registrationId, candidates));
  return wrong && `${wrong.registrationId} is on ${wrong.hub}, not on ${chooseHub(wrong.registrationId, candidates)}`;
}

function noneMoved({ first, last }: DeviceEvidence): string | undefined {
  const hubOf = (id: string) => last.find(({ registrationId }) => registrationId === id)?.hub;
  const moved = first.find(({ registrationId, hub }) => hubOf(registrationId) !== hub);
  return moved && `${moved.registrationId} was on ${moved.hub} and is on ${hubOf(moved.registrationId)}`;
}

function allUnderFresh({ devices, fresh, first, last, certificates }: DeviceEvidence): string | undefined {
  const { publicKey } = new X509Certificate(fresh.der);
  for (const { registrationId } of devices) {
    const certificate = certificates.get(registrationId);
    if (certificate === undefined || !new X509Certificate(certificate.der).verify(publicKey)) {
      return `the key of ${fresh.thumbprint} does not verify the certificate of ${registrationId}`;
    }
    const updated = (of: readonly Registration[]) =>
      of.find((each) => each.registrationId === registrationId)?.lastUpdated.getTime() ?? Number.NaN;
    if (!(updated(last) > updated(first))) return `${registrationId} has not come again since it has it`;
  }
  return undefined;
}

function stayedForStraggler({ old, straggler }: DeviceEvidence): string | undefined {
  const { registrationId, enrollment, fleet, waits } = straggler;
  const entry = fleet.entries.find(({ thumbprint }) => thumbprint === old.thumbprint);
  if (!entry?.isVerified) return `no verified entry held ${old.thumbprint} any more`;
  const group = fleet.enrollments.find(({ id }) => id === enrollment);
  if (!group?.refersTo.includes(old.thumbprint)) return `${enrollment} did not refer to ${old.thumbprint} any more`;
  const said = waits.find(({ reason, detail }) => reason === 'devices-left' && detail?.includes(registrationId));
  return said
    ? undefined
    : `it said ${waits.map(({ reason, detail }) => `${reason} (${detail})`).join('; ') || 'nothing'}`;
}

function oldRefused({ refusal }: DeviceEvidence): string | undefined {
  if (refusal === undefined) return 'DPS has let it in';
  // What an unknown CA is refused with, and nothing else that may go wrong.
  return refusal.includes('CA certificate not found') ? undefined : `it was refused for another reason: ${refusal}`;
}

function fewCalls({ calls }: DeviceEvidence): string | undefined {
  if (calls.length === 0) return 'no call was counted';
  for (const { scan, renewal } of calls) {
    if (scan.total > MOST_CALLS.scan) return `a scan took ${counted(scan.total, 'call')}`;
    if (renewal.total > MOST_CALLS.renewal) return `a renewal took ${counted(renewal.total, 'call')}`;
  }
  return undefined;
}
