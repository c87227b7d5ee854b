// The verdict on an older CA version over so many registrations of devices that have moved, 100 enrollment groups: as the
// app makes it (`ours`), twice and with every registration kept (`planted`), or only reading the same pages and rows and
// verifying each certificate once (`floor`). Prints how long that took, and how the memory in use has grown from the
// second group to the last.
import { X509Certificate } from 'node:crypto';
import { parseRegistrations } from '../../shared/azure/registration-states.ts';
import { observe } from '../../shared/operations/observe.ts';
import { observeReferences } from '../../shared/operations/referring.ts';
import { observeWorld } from '../../shared/operations/world.ts';
import type { Enrollments, KeptAttestation } from '../../shared/ports.ts';
import { afterOverlap, clearStock, GROUP, versionsOf } from '../shared/operations/evidence-scene.ts';
import { CA, CA_NAME, VAULT } from '../support/moving.ts';
import { deviceCertificates } from './device-certificates.ts';

const GROUPS = 100;
const PAGE_SIZE = 1_000;
const [mode, count] = [process.argv[2], Number(process.argv[3])];
const perGroup = count / GROUPS;

const digits = (value: number, width: number) => String(value).padStart(width, '0');
const ids = Array.from({ length: GROUPS }, (_, index) => `line-${digits(index, 2)}`);
const scene = await afterOverlap(ids.map((id) => ({ ...GROUP, id })));
await clearStock(scene);
const newest = (await versionsOf(scene)).at(-1);
const content = await scene.app.ports.vaults.get(CA.vaultUrl)?.certificate(CA_NAME, newest?.version ?? '');
if (newest === undefined || content === undefined) throw new Error('The CA was not renewed');

/** A page of registrations and the rows of the same devices. */
interface Page {
  readonly text: string;
  readonly rows: readonly KeptAttestation[];
}
const signer = { key: scene.vault(VAULT).privateKeyOf(CA_NAME, newest.version), certificate: content.der };
const now = scene.clock.now;
const validity = [new Date(now.getTime() - 3_600_000), new Date(now.getTime() + 90 * 86_400_000)] as const;
const certificateOf = await deviceCertificates(signer, 'line-00-device-00000', validity);

function page(enrollment: string, first: number, size: number): Page {
  const names = Array.from({ length: size }, (_, index) => `${enrollment}-device-${digits(first + index, 5)}`);
  const states = names.map((registrationId) => ({
    registrationId,
    status: 'assigned',
    assignedHub: 'hub-1.azure-devices.net',
    lastUpdatedDateTimeUtc: now.toISOString(),
  }));
  const rows = names.map((registrationId): KeptAttestation => {
    const common = { kind: 'group', enrollment, registrationId, at: now, firstSeen: now } as const;
    const certificate = certificateOf(registrationId);
    return { ...common, certificate, issuerName: undefined, issuerThumbprints: [], thumbprints: [] };
  });
  return { text: JSON.stringify(states), rows };
}

const pages = new Map<string, readonly Page[]>();
for (const id of ids) {
  const made: Page[] = [];
  for (let first = 0; first < perGroup; first += PAGE_SIZE) {
    made.push(page(id, first, Math.min(PAGE_SIZE, perGroup - first)));
  }
  pages.set(id, made);
}

const used: number[] = [];
let collecting = 0;
/** What is in use when a group begins. Collecting the garbage is no part of any time. */
function note(): void {
  const began = performance.now();
  (globalThis as { gc?: () => void }).gc?.();
  used.push(process.memoryUsage().heapUsed);
  collecting += performance.now() - began;
}

const planted: unknown[] = [];

async function verdict(): Promise<number> {
  const enrollments = scene.app.ports.enrollments.values().next().value;
  if (enrollments === undefined) throw new Error('There is no DPS');
  const reading: Enrollments = {
    ...enrollments,
    registrations: async function* ({ id }) {
      note();
      for (const { text } of pages.get(id) ?? []) {
        const registrations = parseRegistrations(text);
        if (mode === 'planted') planted.push(registrations);
        yield registrations;
      }
    },
  };
  const ports = {
    ...scene.app.ports,
    enrollments: new Map([...scene.app.ports.enrollments.keys()].map((id) => [id, reading])),
    attestations: {
      record: async () => undefined,
      ofEnrollment: async function* (_kind: string, id: string) {
        for (const { rows } of pages.get(id) ?? []) yield rows;
      },
    },
  };
  const world = observeWorld(ports);
  const observed = await observe(ports, world, CA, { ...scene.app.wishes, now });
  const { services } = await observeReferences(ports, world, observed, now);
  const [service] = services;
  const evidence = service?.kind === 'read' ? [...(service.evidence ?? new Map()).values()] : [];
  return evidence.reduce((sum, { counts }) => sum + counts.moved, 0);
}

async function floor(): Promise<number> {
  const { publicKey: key } = new X509Certificate(signer.certificate);
  let verified = 0;
  for (const made of pages.values()) {
    note();
    for (const { text, rows } of made) {
      const known = new Set(JSON.parse(text).map(({ registrationId }: { registrationId: string }) => registrationId));
      for (const { certificate, registrationId } of rows) {
        if (known.has(registrationId) && certificate && new X509Certificate(certificate).verify(key)) verified += 1;
      }
    }
  }
  return verified;
}

const began = performance.now();
const seen = mode === 'floor' ? await floor() : await verdict();
if (mode === 'planted') await verdict();
if (seen !== count) throw new Error(`${seen} of ${count} devices were seen to have moved`);
const ms = performance.now() - began - collecting;
process.stdout.write(JSON.stringify({ ms, growth: (used.at(-1) ?? 0) / (used[1] ?? 1) }));
