import { X509Certificate } from 'node:crypto';
import { readCertificate } from '../../shared/x509/certificate.ts';
import type { LoggedRequest } from '../emulator/control/traffic.ts';
import { counted } from '../terminal/layout.ts';
import type { Ca, Enrollment, Entry, Fleet, Generation } from './fleet.ts';

/** All that the verdict rests on: what the services' APIs said, and what was asked of the services. */
export interface Evidence {
  /** Name of the CA that was due, and of the CA that issues it. */
  readonly due: string;
  readonly issuer: string;
  readonly before: Fleet;
  /** In the overlap. */
  readonly renewed: Fleet;
  /** After the old generation has gone. */
  readonly after: Fleet;
  /** Every request so far. */
  readonly requests: readonly LoggedRequest[];
  readonly secondScan: SecondScan;
  /** What the emulator's observer holds against any write. */
  readonly violations: readonly unknown[];
}

/** What came of a scan after everything was settled. */
export interface SecondScan {
  /** Messages that are on the queue, hidden ones included. */
  readonly queued: number;
  /** Invocations of the renewal since. */
  readonly renewals: number;
  readonly requests: readonly LoggedRequest[];
}

export interface Check {
  readonly name: string;
  /** What is wrong; `undefined` if nothing is. */
  readonly fault: string | undefined;
}

type Rule = (evidence: Evidence) => string | undefined;

/** Judges the end state. Every check is made, whatever the others found. */
export function check(evidence: Evidence): Check[] {
  const { due, issuer } = evidence;
  const rules: [string, Rule][] = [
    [`exactly one new generation of ${due}, CA:TRUE`, oneNewGeneration],
    ['the same subject, byte for byte', sameSubject],
    [`signed by ${issuer}, and valid for longer than the old one`, signedByIssuer],
    ['its entry is in the DPS and verified', newEntryVerified],
    ['in the overlap: the old generation and its verified entry are there, too', oldStillTrusted],
    ['in the overlap: what referred to the old one refers to both, the new first', referToBoth],
    ['after it: they refer to the new one alone, and the old entry is gone', oldRetired],
    ['nothing else has changed: other CAs, entries, enrollments', othersUntouched],
    ['verified by proof of possession: isVerified was never sent as true', neverClaimedVerified],
    ['no secret was read: no private key left a vault', noSecretRead],
    ['the scan in the overlap queued nothing and wrote nothing', secondScanIdle],
    ['no write ever left an enrollment without a verified CA', neverUntrusted],
  ];
  return rules.map(([name, rule]) => ({ name, fault: rule(evidence) }));
}

function oneNewGeneration({ due, before, after }: Evidence): string | undefined {
  const [was, is] = [generationsOf(before, due), generationsOf(after, due)];
  const added = is.filter(({ version }) => was.every((old) => old.version !== version));
  return added.length === 1 ? undefined : `${due} has ${counted(added.length, 'new generation')}`;
}

function sameSubject(evidence: Evidence): string | undefined {
  return withNew(evidence, (fresh, old) =>
    Buffer.compare(readCertificate(fresh.der).subject, readCertificate(old.der).subject) === 0
      ? undefined
      : `the subject of ${fresh.thumbprint} differs from that of ${old.thumbprint}`,
  );
}

function signedByIssuer(evidence: Evidence): string | undefined {
  return withNew(evidence, (fresh, old) => {
    const issuer = generationsOf(evidence.after, evidence.issuer).at(-1);
    if (issuer === undefined) return `${evidence.issuer} is in no vault`;
    if (!new X509Certificate(fresh.der).verify(new X509Certificate(issuer.der).publicKey)) {
      return `the key of ${evidence.issuer} does not verify the signature of ${fresh.thumbprint}`;
    }
    return fresh.notAfter > old.notAfter ? undefined : `it expires on ${fresh.notAfter.toISOString()}, no later`;
  });
}

function newEntryVerified(evidence: Evidence): string | undefined {
  return withNew(evidence, ({ thumbprint }) => {
    const entries = evidence.after.entries.filter((entry) => entry.thumbprint === thumbprint);
    const [entry, second] = entries;
    if (entry === undefined) return `no entry has the thumbprint ${thumbprint}`;
    if (second) return `${entry.name} and ${second.name} both hold ${thumbprint}`;
    return entry.isVerified ? undefined : `${entry.name} is not verified`;
  });
}

function oldStillTrusted({ due, before, renewed }: Evidence): string | undefined {
  const old = generationsOf(before, due);
  const kept = generationsOf(renewed, due);
  const lost = old.find(({ version }) => kept.every((generation) => generation.version !== version));
  if (lost) return `version ${lost.version} of ${due} is gone or disabled`;
  const entries = before.entries.filter(({ thumbprint }) => old.some((each) => each.thumbprint === thumbprint));
  const broken = entries.find((entry) => {
    const now = sameEntry(renewed, entry);
    return now?.thumbprint !== entry.thumbprint || !now.isVerified;
  });
  return broken && `the entry ${broken.name} is gone, another, or no longer verified`;
}

function referToBoth(evidence: Evidence): string | undefined {
  return withNew(evidence, (fresh, old) => {
    const expected = [fresh.thumbprint, old.thumbprint];
    const wrong = referringTo(evidence, old).find(({ id }) => refersTo(evidence.renewed, id) !== expected.join());
    return wrong && `${wrong.id} refers to ${refersTo(evidence.renewed, wrong.id)}`;
  });
}

function oldRetired(evidence: Evidence): string | undefined {
  return withNew(evidence, (fresh, old) => {
    const left = evidence.after.entries.find(({ thumbprint }) => thumbprint === old.thumbprint);
    if (left) return `the entry ${left.name} is still there`;
    const wrong = referringTo(evidence, old).find(({ id }) => refersTo(evidence.after, id) !== `${fresh.thumbprint},`);
    return wrong && `${wrong.id} refers to ${refersTo(evidence.after, wrong.id)}`;
  });
}

/** The enrollments that referred to a generation in the beginning. */
function referringTo({ before }: Evidence, { thumbprint }: Generation): readonly Enrollment[] {
  return before.enrollments.filter((enrollment) => enrollment.refersTo.includes(thumbprint));
}

function refersTo(fleet: Fleet, id: string): string {
  return fleet.enrollments.find((enrollment) => enrollment.id === id)?.refersTo.join() ?? 'nothing: it is gone';
}

function neverUntrusted({ violations }: Evidence): string | undefined {
  return violations.length === 0 ? undefined : JSON.stringify(violations[0]);
}

function othersUntouched({ due, before, after }: Evidence): string | undefined {
  const own = [...generationsOf(before, due), ...generationsOf(after, due)].map(({ thumbprint }) => thumbprint);
  const foreign = ({ thumbprint }: Entry) => !own.includes(thumbprint);
  const changed = before.entries.filter(foreign).find((entry) => sameEntry(after, entry)?.etag !== entry.etag);
  if (changed) return `the entry ${changed.name} has been written to`;
  const added = after.entries.filter(foreign).find((entry) => sameEntry(before, entry) === undefined);
  if (added) return `the entry ${added.name} has appeared`;
  const referring = before.enrollments.filter(({ refersTo }) => !refersTo.some((each) => each && own.includes(each)));
  const written = referring.find(({ id, etag }) => after.enrollments.find((each) => each.id === id)?.etag !== etag);
  if (written) return `the enrollment ${written.id} has been written to`;
  const others = ({ cas }: Fleet) => cas.filter(({ name }) => name !== due).map(versionsOf);
  return others(before).join() === others(after).join() ? undefined : `the vaults hold ${others(after).join('; ')}`;
}

function neverClaimedVerified({ requests }: Evidence): string | undefined {
  const claim = requests.find(({ body }) => JSON.stringify(body ?? null).includes('"isVerified":true'));
  if (claim) return `${claim.method} ${claim.path} claimed it`;
  const uploads = requests.filter(
    ({ service, method, path }) => service === 'resourceManager' && method === 'PUT' && /\/certificates\//i.test(path),
  );
  const unseen = uploads.find(({ body }) => body === undefined);
  return unseen && `what ${unseen.method} ${unseen.path} sent was not logged`;
}

function noSecretRead({ requests }: Evidence): string | undefined {
  const read = requests.find(({ service, path }) => service === 'keyVault' && /^\/+secrets(\/|$)/i.test(path));
  return read && `${read.method} ${read.path} was asked for`;
}

function secondScanIdle({ secondScan }: Evidence): string | undefined {
  const { queued, renewals, requests } = secondScan;
  if (queued > 0) return `${counted(queued, 'message')} on the queue`;
  if (renewals > 0) return `${counted(renewals, 'renewal')} ran`;
  const write = requests.find(
    ({ service, method, path }) => service !== 'identity' && method !== 'GET' && !path.endsWith('/query'),
  );
  if (write) return `it sent ${write.method} ${write.path}`;
  return requests.some(({ service }) => service === 'resourceManager') ? undefined : 'it did not look at the DPS';
}

/** Applies a rule to the newest generation of the due CA and its predecessor. */
function withNew(
  { due, before, after }: Evidence,
  rule: (fresh: Generation, old: Generation) => string | undefined,
): string | undefined {
  const [fresh, old] = [generationsOf(after, due).at(-1), generationsOf(before, due).at(-1)];
  if (!fresh || !old || fresh.version === old.version) return `${due} has no new generation`;
  return rule(fresh, old);
}

function generationsOf(fleet: Fleet, name: string): readonly Generation[] {
  return fleet.cas.find((ca) => ca.name === name)?.generations ?? [];
}

function versionsOf({ vault, name, generations }: Ca): string {
  return `${vault}/${name}: ${generations.map(({ version }) => version).join(' ')}`;
}

function sameEntry(fleet: Fleet, { dps, name }: Entry): Entry | undefined {
  return fleet.entries.find((entry) => entry.dps === dps && entry.name === name);
}
