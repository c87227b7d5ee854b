import { describe, expect, it } from 'vitest';
import { check, type Evidence } from '../../../local/demo/checks.ts';
import type { Enrollment, Entry, Fleet } from '../../../local/demo/fleet.ts';
import type { LoggedRequest } from '../../../local/emulator/control/traffic.ts';
import { caOf, entryOf, groupOf, issueGeneration, renewedFleet } from './fleet-builders.ts';

const scene = await renewedFleet();
const { root, old, fresh, before, renewed, after } = scene;
const CERTIFICATES =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/provisioningServices/d/certificates';

function request(of: Partial<LoggedRequest>): LoggedRequest {
  const any = { instance: 'x', path: '/', query: {}, status: 200, at: '2026-11-21T00:00:00.000Z' };
  return { service: 'resourceManager', method: 'GET', ...any, ...of };
}

const LOOK = request({ path: CERTIFICATES });
const UPLOAD = request({ method: 'PUT', path: `${CERTIFICATES}/x`, body: { properties: { certificate: 'MII' } } });

function evidence(changes: Partial<Evidence> = {}): Evidence {
  const secondScan = { queued: 0, renewals: 0, requests: [LOOK] };
  return {
    due: 'a',
    issuer: 'root',
    before,
    renewed,
    after,
    requests: [LOOK, UPLOAD],
    secondScan,
    violations: [],
    ...changes,
  };
}

const freshEntry = `a-${fresh.generation.thumbprint}`;

/** The fleet after, with other generations of the due CA. */
function withGenerations(...generations: Parameters<typeof caOf>[1][]): Fleet {
  const others = after.cas.filter(({ name }) => name !== 'a');
  const entries = generations.slice(1).map(({ generation }) => entryOf(generation.thumbprint, generation));
  const foreign = after.entries.filter(({ name }) => name !== freshEntry);
  const [newest = old] = generations.slice(-1);
  const enrollments = [groupOf('line-a', newest.generation), ...after.enrollments.slice(1)];
  return { cas: [...others, caOf('a', ...generations)], entries: [...foreign, ...entries], enrollments };
}

/** A fleet with one entry changed, or gone if `change` is undefined. */
function withEntry(name: string, change: Partial<Entry> | undefined, fleet = after): Fleet {
  const entries = fleet.entries.flatMap((entry) =>
    entry.name !== name ? entry : change === undefined ? [] : { ...entry, ...change },
  );
  return { ...fleet, entries };
}

/** A fleet with another group of the due CA, or none. */
function withGroup(fleet: Fleet, ...groups: Enrollment[]): Fleet {
  return { ...fleet, enrollments: [...groups, ...fleet.enrollments.slice(1)] };
}

function faultsOf(of: Evidence): string[] {
  return check(of).flatMap(({ fault }) => fault ?? []);
}

const [second, stranger, renamed, shorter] = await Promise.all([
  issueGeneration({ subject: 'CN=A', issuer: root, days: 740 }),
  issueGeneration({ subject: 'CN=A', days: 730 }),
  issueGeneration({ subject: 'CN=A!', issuer: root, days: 730 }),
  issueGeneration({ subject: 'CN=A', issuer: root, days: 10 }),
]);

const WRONG: [string, Partial<Evidence>, RegExp[]][] = [
  ['no new generation', { after: before }, [/0 new generations/, ...Array(5).fill(/no new/)]],
  ['two new generations', { after: withGenerations(old, fresh, second) }, [/2 new generations/, /line-a refers to/]],
  ['another subject', { after: withGenerations(old, renamed) }, [/the subject of .* differs/, /line-a refers to/]],
  [
    'a foreign signature',
    { after: withGenerations(old, stranger) },
    [/key of root does not verify/, /line-a refers to/],
  ],
  ['a shorter life', { after: withGenerations(old, shorter) }, [/it expires on .*, no later/, /line-a refers to/]],
  ['no issuer', { issuer: 'nobody' }, [/nobody is in no vault/]],
  ['no entry for it', { after: withEntry(freshEntry, undefined) }, [/no entry has the thumbprint/]],
  ['its entry unverified', { after: withEntry(freshEntry, { isVerified: false }) }, [/is not verified/]],
  [
    'two entries for it',
    { after: { ...after, entries: [...after.entries, entryOf('twice', fresh.generation)] } },
    [/both hold/],
  ],
  [
    'the old generation disabled in the overlap',
    { renewed: { ...renewed, cas: [caOf('a', fresh)] } },
    [/version .* of a is gone/],
  ],
  ['the old entry gone in the overlap', { renewed: withEntry('PlantA', undefined, renewed) }, [/PlantA is gone/]],
  [
    'the old entry unverified in the overlap',
    { renewed: withEntry('PlantA', { isVerified: false }, renewed) },
    [/PlantA is gone, another/],
  ],
  [
    'another certificate in the old entry in the overlap',
    { renewed: withEntry('PlantA', { thumbprint: 'F'.repeat(40) }, renewed) },
    [/PlantA is gone, another/],
  ],
  [
    'a group that has not moved',
    { renewed: withGroup(renewed, groupOf('line-a', old.generation)) },
    [/line-a refers to/],
  ],
  [
    'a group that has lost the old one in the overlap',
    { renewed: withGroup(renewed, groupOf('line-a', fresh.generation)) },
    [/line-a refers to/],
  ],
  ['a group that is gone', { after: withGroup(after) }, [/line-a refers to nothing/]],
  [
    'a group that still refers to the old one',
    { after: withGroup(after, groupOf('line-a', fresh.generation, old.generation)) },
    [/line-a refers to/],
  ],
  ['the old entry left over', { after: { ...after, entries: renewed.entries } }, [/PlantA is still there/]],
  [
    'the group of the other CA written to',
    { after: { ...after, enrollments: after.enrollments.map((each) => ({ ...each, etag: 'new' })) } },
    [/line-b has been written/],
  ],
  ['a write that left an enrollment without a CA', { violations: [{ invariant: 1 }] }, [/"invariant":1/]],
  [
    'the entry of the other CA written to',
    { after: withEntry('PlantB', { etag: 'new' }) },
    [/PlantB has been written/],
  ],
  ['the unmanaged entry deleted', { after: withEntry('partner', undefined) }, [/partner has been written/]],
  [
    'an entry that nobody asked for',
    { after: { ...after, entries: [...after.entries, entryOf('extra', stranger.generation)] } },
    [/extra has appeared/],
  ],
  [
    'a new generation of the other CA',
    { after: { ...after, cas: after.cas.map((ca) => (ca.name === 'b' ? caOf('b', second) : ca)) } },
    [/the vaults hold .*kv-fleet\/b/],
  ],
  [
    'a claim to be verified',
    { requests: [{ ...UPLOAD, body: { properties: { certificate: 'MII', isVerified: true } } }] },
    [/PUT .* claimed it/],
  ],
  [
    'an upload that nobody saw',
    { requests: [request({ method: 'PUT', path: `${CERTIFICATES}/x` })] },
    [/PUT .* was not logged/],
  ],
  [
    'a look at a secret',
    { requests: [request({ service: 'keyVault', path: '/secrets/a/1', status: 403 })] },
    [/GET \/secrets\/a\/1 was asked for/],
  ],
  ['a message of the second scan', { secondScan: { queued: 1, renewals: 0, requests: [LOOK] } }, [/1 message on/]],
  ['a renewal after the second scan', { secondScan: { queued: 0, renewals: 1, requests: [LOOK] } }, [/1 renewal ran/]],
  ['a write of the second scan', { secondScan: { queued: 0, renewals: 0, requests: [LOOK, UPLOAD] } }, [/it sent PUT/]],
  ['a second scan that did nothing', { secondScan: { queued: 0, renewals: 0, requests: [] } }, [/did not look/]],
];

describe('check', () => {
  it('finds nothing wrong with a renewal as it should be', () => {
    expect(faultsOf(evidence())).toStrictEqual([]);
    expect(check(evidence())).toHaveLength(12);
  });

  it.each(WRONG)('finds %s', (_, changes, faults) => {
    const found = faultsOf(evidence(changes));
    expect(found).toHaveLength(faults.length);
    for (const [index, fault] of faults.entries()) expect(found[index]).toMatch(fault);
  });
});
