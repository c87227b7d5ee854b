import { Conflict, messageOf, Refused } from '../errors.ts';
import { dueReason } from '../lifecycle/due.ts';
import { isMadeTwice } from '../lifecycle/made-twice.ts';
import type { CaId, Generation, Issuer, Observed, ObservedVault } from '../lifecycle/observed.ts';
import { requestSubject } from '../lifecycle/request-subject.ts';
import { type VaultStep, vaultStep } from '../lifecycle/vault-lane.ts';
import type { Ports, VaultVersion } from '../ports.ts';
import { readIfCertificate } from '../x509/certificate.ts';
import { sameAttributes } from '../x509/name.ts';
import { publicKeyKind } from '../x509/public-key.ts';
import { verifiesSignature } from '../x509/signature.ts';
import { keyOf } from './catalogue.ts';
import { findChained } from './find-chained.ts';
import { findIssuer } from './find-issuer.ts';
import { isManagedByIssuer, lanesOf } from './lanes.ts';
import { observeDeviceCertificate } from './observe-device-certificate.ts';
import { readWishes, type Wishes } from './read-wishes.ts';
import { vaultOf, type World } from './world.ts';

/**
 * All that is known of one CA at `now`: its generations, the DPS that hold one of its versions, its issuer, and,
 * only if it is due, its pending request and whether its issuer is to be renewed first. Throws `Conflict` where it
 * changed while it was read,
 * `Refused('unknown-ca' | 'unmanaged' | 'bad-tag' | 'version-unreadable' | 'vault-not-configured')`, and an ordinary
 * error where what matters could not be read.
 */
export async function observe(ports: Ports, world: World, ca: CaId, wishes: Wishes): Promise<Observed> {
  const services = world.services();
  // What refers to the CA is told by the groups of all DPS: asked for meanwhile, and a failure told where it matters.
  for (const dps of ports.enrollments.keys()) world.groups(dps).catch(() => undefined);
  // All vaults are listed sooner or later, for the issuer and for what enrollments embed.
  const [lineage] = await Promise.all([world.lineage(ca), services, world.vaults()]);
  const { generations, versions, keyPolicy } = lineage;
  const [newest, ...older] = generations;
  if (newest === undefined || keyPolicy === undefined) {
    const device = await observeDeviceCertificate(world, ca, wishes);
    if (device !== undefined) return device;
    throw new Refused('unknown-ca', `${ca.vaultUrl} holds no enabled CA certificate '${ca.name}'`);
  }
  const wished = readWishes(newest, wishes);
  const { tags, renewBefore } = wished;
  const held = new Set(versions.map(({ thumbprint }) => thumbprint));
  const lanes = await lanesOf(world, ca, { held, dps: tags.dps });
  if (lanes.length === 0 && !(await isManagedByIssuer(world, ca))) {
    throw new Refused('unmanaged', `No configured DPS holds a version of '${ca.name}' in ${ca.vaultUrl}`);
  }
  // Looked at next (observeReferences), so likewise; but not of an issuer, of which its vault alone counts here.
  for (const { id, kind } of lanes) {
    if (kind === 'read' && wishes.below === undefined) world.uses(id).catch(() => undefined);
  }
  const isDue = (issuer: Issuer) =>
    dueReason({ renewBefore, forced: wishes.forced }, newest, issuer, wishes.now) !== undefined;
  const [issuer, early] = await Promise.all([
    issuerOf(world, ca, newest, tags),
    // Mostly that is told without the issuer.
    isDue({ kind: 'missing' }) ? readRequest(ports, world, ca) : undefined,
  ]);
  const due = isDue(issuer);
  const [isIssuerDue, request] = await Promise.all([
    due && issuer.kind === 'found' && isRenewedFirst(ports, world, issuer.ca, ca, wishes),
    early ?? (due ? readRequest(ports, world, ca) : { pending: undefined }),
  ]);
  return {
    ca,
    ...wished,
    vault: {
      generations: [newest, ...older],
      versions,
      ...(await chainedTo(world, ca, { generations: [newest, ...older], versions }, wishes.now)),
      keyPolicy,
      keys: lineage.keys,
      seeds: seedsOf(ca, lineage.others, newest),
      rolledBack: await isRolledBack(world, ca, versions, newest),
      issuer,
      isIssuerDue,
      ...request,
    },
    services: lanes,
  };
}

/** Whoever signs elsewhere need not be found here. */
async function issuerOf(world: World, ca: CaId, newest: Generation, tags: Observed['tags']): Promise<Issuer> {
  return tags.issuer === 'external' ? { kind: 'missing' } : findIssuer(world, ca, newest.certificate);
}

/** Only where there is an older version that could go. */
async function chainedTo(world: World, ca: CaId, issuing: Pick<ObservedVault, 'generations' | 'versions'>, now: Date) {
  if (issuing.versions.length === 1) return { chainedSubordinates: [], followers: [] };
  const { subordinates, followers } = await findChained(world, ca, issuing, now);
  return { chainedSubordinates: subordinates, followers };
}

/**
 * Whether an issuer is renewed before what it issues: a managed CA with a step to take in its own vault. One that is
 * paused, refused, or nobody's here signs with the generation it has.
 */
async function isRenewedFirst(
  ports: Ports,
  world: World,
  issuer: CaId,
  issued: CaId,
  wishes: Wishes,
): Promise<boolean> {
  const below = [...(wishes.below ?? []), keyOf(issued)];
  // CAs that have signed each other would wait for each other.
  if (below.includes(keyOf(issuer))) return false;
  try {
    if (await isAtRest(world, issuer, wishes)) return false;
    const observed = await observe(ports, world, issuer, { ...wishes, forced: undefined, below });
    return !observed.tags.paused && isVaultBusy(vaultStep(observed, wishes.now));
  } catch (error) {
    if (error instanceof Conflict) throw error;
    // Refused, unmanaged or out of sight: what keeps it from being looked at keeps it from being renewed, too.
    return false;
  }
}

/**
 * Whether a CA has nothing to do in its vault, whichever DPS hold it: it is not due, and no renewal has left anything
 * behind. To find those DPS may take reading all enrollments of all of them.
 */
async function isAtRest(world: World, ca: CaId, wishes: Wishes): Promise<boolean> {
  const { generations, others } = await world.lineage(ca);
  const [newest, former] = generations;
  if (newest === undefined || (former && isMadeTwice(newest, former))) return false;
  const { tags, renewBefore } = readWishes(newest, wishes);
  if (seedsOf(ca, others, newest).length > 0) return false;
  return dueReason({ renewBefore }, newest, await issuerOf(world, ca, newest, tags), wishes.now) === undefined;
}

function isVaultBusy(step: VaultStep): boolean {
  if (step.step === 'wait') return step.reason === 'operation-running' || step.reason === 'issuer-due';
  return step.step !== 'refuse';
}

/** The versions that the renewal of a root with a new key begins with. */
function seedsOf(ca: CaId, others: readonly Generation[], newest: Generation): readonly Generation[] {
  const { spki } = newest.certificate;
  const subject = requestSubject(ca.name, newest.certificate.subject);
  const kind = JSON.stringify(publicKeyKind(spki));
  return others.filter(
    ({ certificate }) =>
      newest.tags['renew-key'] === 'new' &&
      verifiesSignature(certificate, certificate) &&
      sameAttributes(certificate.subject, subject) &&
      JSON.stringify(publicKeyKind(certificate.spki)) === kind,
  );
}

/**
 * Whether somebody has disabled a CA certificate that is newer than the newest generation. A version that is no CA, or
 * not even readable, never was a generation; one that was made twice was disabled by the app.
 */
async function isRolledBack(
  world: World,
  ca: CaId,
  versions: readonly VaultVersion[],
  newest: Generation,
): Promise<boolean> {
  for (const { version, enabled } of versions) {
    if (enabled) return false;
    const content = await world.content(ca, version);
    const certificate = content && readIfCertificate(content.der);
    if (content && certificate?.isCa && !isMadeTwice({ ...content, certificate }, newest)) return true;
  }
  return false;
}

/** What the vault lane alone needs. Where it cannot be read, that lane waits; the lanes of the DPS go on. */
async function readRequest(
  ports: Ports,
  world: World,
  ca: CaId,
): Promise<Pick<ObservedVault, 'pending'> & Partial<Pick<ObservedVault, 'issuer' | 'keyPolicy'>>> {
  try {
    const vault = vaultOf(ports, ca.vaultUrl);
    const pending = await vault.pendingRequest(ca.name);
    if (pending === undefined) return { pending };
    // The policy tells whether the pending key may leave the vault; the one read before may be an older one.
    const current = await vault.current(ca.name);
    const version = current?.content?.version;
    if (version !== undefined && !(await world.versions(ca)).some((known) => known.version === version)) {
      // Whether the request is ours could only be told by the versions that it was made for.
      throw new Conflict(`version ${version} has come into being while '${ca.name}' was read`);
    }
    return { pending, ...(current && { keyPolicy: current.keyPolicy }) };
  } catch (error) {
    if (error instanceof Conflict) throw error;
    return { pending: undefined, issuer: { kind: 'unknown', detail: messageOf(error) } };
  }
}
