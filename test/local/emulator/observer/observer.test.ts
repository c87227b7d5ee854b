import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plantEnrollment } from '../../../../local/emulator/enrollments/plant-enrollment.ts';
import type { Violation } from '../../../../local/emulator/observer/violation.ts';
import {
  buildCertificate,
  buildDataPlane,
  DAY_MS,
  type DataPlaneUnderTest,
  holding,
  type Identity,
  NOW,
  plantEntry,
  SYMMETRIC,
  trusting,
} from '../enrollments/build-data-plane.ts';

const GROUP = '/enrollmentGroups/g';

let old: Identity;
let renewed: Identity;
let expired: Identity;
let signed: Identity;
let stranger: Identity;
let plane: DataPlaneUnderTest;

beforeAll(async () => {
  const past = { notBefore: new Date(NOW.getTime() - 9 * DAY_MS), notAfter: new Date(NOW.getTime() - DAY_MS) };
  old = await buildCertificate({ subject: 'CN=CA' });
  renewed = await buildCertificate({ subject: 'CN=CA' });
  expired = await buildCertificate({ subject: 'CN=Expired', ...past });
  signed = await buildCertificate({ subject: 'CN=Signed', issuer: old });
  stranger = await buildCertificate({ subject: 'CN=Stranger' });
});

beforeEach(() => {
  plane = buildDataPlane();
  plantEntry(plane.dps, 'old', old);
  plantEntry(plane.dps, 'new', renewed);
  plantEntry(plane.dps, 'unverified', stranger, false);
  plantEntry(plane.dps, 'expired', expired);
});

async function put(record: object, path = GROUP): Promise<void> {
  expect((await plane.call('PUT', path, { body: record })).status).toBe(200);
}

function broken(): readonly number[] {
  return plane.dps.observer.violations().map(({ invariant }) => invariant);
}

const disabled = { provisioningStatus: 'disabled' };

describe('a change of an enrollment', () => {
  it.each<[string, object, object]>([
    ['adds the new beside the old', trusting('old'), trusting('new', 'old')],
    ['drops the old beside the new', trusting('new', 'old'), trusting('new')],
    ['replaces one verified CA by another', trusting('old'), trusting('new')],
    ['swaps its slots', trusting('old', 'new'), trusting('new', 'old')],
    ['changes something else', trusting('old'), { ...trusting('old'), tags: 1 }],
    ['changes what never was trusted', trusting('unverified'), trusting('expired')],
    ['gives up a CA that is expired for one that is verified', trusting('expired'), trusting('old')],
    ['fills an empty primary', trusting(null, 'old'), trusting('new', 'old')],
    ['leaves an empty primary', trusting(null, 'old'), trusting(null, 'new')],
    ['gives up X.509', trusting('old'), SYMMETRIC],
  ])('is fine where it %s', async (_, before, after) => {
    await put(before);
    await put(after);
    expect(plane.dps.observer.violations()).toStrictEqual([]);
  });

  it.each<[string, number[], object, object]>([
    ['leaves it with an unverified CA', [1, 2], trusting('old'), trusting('unverified')],
    ['leaves it with an expired CA', [1], trusting('old'), trusting('expired')],
    [
      'does so with the enrollment disabled',
      [2],
      { ...trusting('old'), ...disabled },
      { ...trusting('unverified'), ...disabled },
    ],
    ['takes the last verified one away', [2], trusting('expired', 'unverified'), trusting('unverified')],
    ['empties primary', [3], trusting('old', 'new'), trusting(null, 'new')],
    [
      'leaves primary out',
      [3],
      trusting('old', 'new'),
      { attestation: { type: 'x509', x509: { caReferences: { secondary: 'new' } } } },
    ],
    ['does all three', [1, 2, 3], trusting('old'), trusting(null, 'unverified')],
  ])('is a violation where it %s', async (_, expected, before, after) => {
    await put(before);
    await put(after);
    expect(broken()).toStrictEqual(expected);
  });

  it('counts an embedded certificate by the entry that signed it', async () => {
    await put(holding('signingCertificates', signed));
    await put(holding('signingCertificates', stranger, signed));
    expect(broken()).toStrictEqual([]);
    await put(holding('signingCertificates', stranger));
    expect(broken()).toStrictEqual([1, 2]);
  });

  it('counts an embedded certificate by the entry that it is', async () => {
    await put(holding('clientCertificates', old), '/enrollments/d');
    await put(holding('clientCertificates', stranger), '/enrollments/d');
    expect(plane.dps.observer.violations()).toMatchObject([
      { invariant: 1, enrollments: ['individual/d'] },
      { invariant: 2 },
    ]);
  });

  it('is recorded with the request that caused it', async () => {
    await put(trusting('old'));
    await put(trusting('unverified'), '/enrollmentgroups/G/');
    expect(plane.dps.observer.violations()[0]).toStrictEqual({
      invariant: 1,
      dps: 'dps-1',
      at: NOW.toISOString(),
      message: 'group/g: left without a verified, unexpired CA',
      enrollments: ['group/g'],
      count: 1,
      request: { method: 'PUT', path: '/enrollmentgroups/G/' },
    } satisfies Violation);
  });
});

describe('a change of a certificate', () => {
  it('is fine where no enrollment cares', async () => {
    await put(trusting('old'));
    plane.dps.certificates.delete('new');
    plane.dps.certificates.delete('expired');
    plantEntry(plane.dps, 'old', old);
    plantEntry(plane.dps, 'old', renewed);
    plantEntry(plane.dps, 'unverified', stranger);
    expect(broken()).toStrictEqual([]);
  });

  it('is a violation where an entry goes that is still named', async () => {
    await put(trusting('new', 'OLD'));
    plane.dps.certificates.delete('Old');
    expect(plane.dps.observer.violations()).toStrictEqual([
      {
        invariant: 2,
        dps: 'dps-1',
        at: NOW.toISOString(),
        message: "group/g: still naming it, when the certificate 'old' was deleted",
        enrollments: ['group/g'],
        count: 1,
      },
    ]);
  });

  it('is a violation where the last verified one goes, for each that held it', async () => {
    for (let index = 0; index < 12; index++) await put(trusting('old'), `/enrollments/d-${index}`);
    await put({ ...trusting('old'), ...disabled });
    plane.dps.certificates.delete('old');
    const violations = plane.dps.observer.violations();
    expect(violations).toMatchObject([
      { invariant: 2, count: 13, message: expect.stringContaining('group/g and 12 more: lost the last verified CA') },
      { invariant: 1, count: 12 },
    ]);
    expect(violations[0]?.enrollments).toHaveLength(10);
  });

  it('is a violation where the last verified one is verified no more', async () => {
    await put(trusting('old'));
    plantEntry(plane.dps, 'old', signed, false);
    expect(broken()).toStrictEqual([1]);
  });

  it('is a violation where a second entry comes to hold a certificate, however it does', async () => {
    plantEntry(plane.dps, 'twin', old);
    plantEntry(plane.dps, 'NEW', signed);
    plantEntry(plane.dps, 'new', old);
    expect(plane.dps.observer.violations()).toMatchObject([
      { invariant: 4, message: "the certificate 'twin' is what 'old' is", enrollments: [], count: 0 },
      { invariant: 4, message: "the certificate 'new' is what 'old' is" },
    ]);
    plantEntry(plane.dps, 'twin', old);
    expect(broken()).toStrictEqual([4, 4]);
  });

  it('is a violation where the issuer of the last embedded one goes', async () => {
    await put(holding('signingCertificates', signed));
    plane.dps.certificates.delete('new');
    expect(broken()).toStrictEqual([]);
    plane.dps.certificates.delete('old');
    expect(broken()).toStrictEqual([1, 2]);
  });
});

it('holds nothing against anybody because of time alone', async () => {
  await put(trusting('old'));
  plane.setNow(new Date(NOW.getTime() + 30 * DAY_MS));
  await put({ ...trusting('old'), tags: 1 });
  await put(trusting('old', 'unverified'));
  expect(broken()).toStrictEqual([]);
});

it('does not look at the others when one enrollment changes', async () => {
  const options = { at: NOW, random: Buffer.alloc };
  plantEnrollment(plane.dps, 'individual', 'd', trusting('old'), options);
  let looks = 0;
  const { individual } = plane.dps.enrollments;
  const { values } = individual;
  Object.assign(individual, {
    values: () => {
      looks += 1;
      return values();
    },
  });
  plantEnrollment(plane.dps, 'individual', 'd', trusting('unverified'), options);
  expect([broken(), looks]).toStrictEqual([[1, 2], 0]);
  plane.dps.certificates.delete('old');
  expect(looks).toBe(1);
});
