import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Conflict, Refused } from '../../../shared/errors.ts';
import { asObject, type JsonObject } from '../../../shared/json.ts';
import type { Enrollment, EnrollmentKind } from '../../../shared/ports.ts';
import { plantCa } from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { counted } from '../../support/counts.ts';
import { jsonObject } from '../../support/json-documents.ts';
import { plantEnrollment, removeEnrollment, textOfEnrollment } from '../../support/plant-enrollment.ts';

const KINDS = ['group', 'individual'] as const;
const NO_ATTESTATION = '"attestation":{"type":"none"}';

/** What `Enrollments` promises, for any implementation. `setUp` is called for each test and gives a new DPS. */
export function enrollmentsContract(describeName: string, setUp: () => Promise<ContractWorld>): void {
  describe(`${describeName} keeps the contract of Enrollments`, () => {
    let world: ContractWorld;
    beforeEach(async () => {
      world = await setUp();
    });

    listingContract(() => world);
    readingContract(() => world);
    replacingContract(() => world);
    registrationsContract(() => world);
    conflictContract(() => world);
    survivalContract(() => world);
  });
}

async function pagesOf({ enrollments }: ContractWorld, kind: EnrollmentKind): Promise<(readonly Enrollment[])[]> {
  const pages = [];
  for await (const page of enrollments.enrollments(kind)) pages.push(page);
  return pages;
}

/** An enrollment as the port reads it, having been planted. */
async function planted(world: ContractWorld, kind: EnrollmentKind, members = NO_ATTESTATION): Promise<Enrollment> {
  await plantEnrollment(world.dps, kind, 'one', members);
  const enrollment = await world.enrollments.enrollment(kind, 'one');
  if (!enrollment) throw new Error('what was planted was expected to be there');
  return enrollment;
}

const disabled = (record: JsonObject) => ({ ...record, provisioningStatus: 'disabled' });

function registrationsContract(world: () => ContractWorld): void {
  const state = { status: 'assigned', lastUpdatedDateTimeUtc: '2026-11-22T10:00:00.1234567Z' };
  const lastUpdated = new Date('2026-11-22T10:00:00.123Z');
  const registrationsOf = async (kind: EnrollmentKind, id: string) => {
    const all = [];
    for await (const page of world().enrollments.registrations({ kind, id })) all.push(...page);
    return all;
  };

  it.each([0, 1, 1_000, 1_001, 2_500])('lists the %d registrations of a group, each once', async (count) => {
    const ids = Array.from({ length: count }, (_, index) => `device-${index}`);
    for (const registrationId of ids) {
      world().dps.registrations.put({ registrationId, enrollmentGroupId: 'line-1', state });
    }
    world().dps.registrations.put({ registrationId: 'other', enrollmentGroupId: 'line-2', state });
    const wanted = ids.map((registrationId) => ({ registrationId, status: 'assigned', lastUpdated }));
    expect(await registrationsOf('group', 'line-1')).toStrictEqual(wanted);
  });

  it('lists the one registration of an individual enrollment, or none', async () => {
    expect(await registrationsOf('individual', 'device-1')).toStrictEqual([]);
    world().dps.registrations.put({ registrationId: 'device-1', enrollmentGroupId: undefined, state });
    const wanted = [{ registrationId: 'device-1', status: 'assigned', lastUpdated }];
    expect(await registrationsOf('individual', 'device-1')).toStrictEqual(wanted);
  });

  it.each([undefined, 'yesterday', '2026-11-22T10:00:00', 7])(
    'takes no date but a moment for when one was updated: %j',
    async (lastUpdatedDateTimeUtc) => {
      const put = { status: 'failed', ...(lastUpdatedDateTimeUtc !== undefined && { lastUpdatedDateTimeUtc }) };
      world().dps.registrations.put({ registrationId: 'device-1', enrollmentGroupId: 'line-1', state: put });
      const wanted = [{ registrationId: 'device-1', status: 'failed', lastUpdated: undefined }];
      expect(await registrationsOf('group', 'line-1')).toStrictEqual(wanted);
    },
  );
}

function listingContract(world: () => ContractWorld): void {
  // Groups without attestation are at most a hundred, and a page of either implementation is a thousand.
  const counts = [
    ...[0, 1, 100].map((count) => ({ kind: 'group' as const, count, pages: Math.min(count, 1) })),
    ...[0, 1, 1_000, 1_001, 2_500].map((count) => ({
      kind: 'individual' as const,
      count,
      pages: Math.ceil(count / 1_000),
    })),
  ];
  it.each(counts)('lists each $kind once, of $count, on $pages pages that hold any', async ({ kind, count, pages }) => {
    const ids = Array.from({ length: count }, (_, index) => `id-${index}`);
    for (const id of ids) await plantEnrollment(world().dps, kind, id);
    const listed = await pagesOf(world(), kind);
    expect(listed.flat().map((each) => `${each.kind} ${each.id}`)).toStrictEqual(ids.map((id) => `${kind} ${id}`));
    expect(listed.filter((page) => page.length > 0)).toHaveLength(pages);
  });

  describe.each(KINDS)('listing: %s', (kind) => {
    it('shows each as a read of it does, and none of the other kind', async () => {
      const { dps, enrollments } = world();
      const other = kind === 'group' ? 'individual' : 'group';
      await plantEnrollment(dps, kind, 'one', `${NO_ATTESTATION},"iotHubs":["hub.azure-devices.net"],"x":[1.0,{}]`);
      await plantEnrollment(dps, other, 'another');
      const listed = (await pagesOf(world(), kind)).flat();
      expect(listed).toStrictEqual([await enrollments.enrollment(kind, 'one')]);
      expect(listed[0]?.record).toStrictEqual(JSON.parse(await textOfEnrollment(dps, kind, 'one')));
    });

    it('gives up where it is left, and starts anew', async () => {
      const { dps, enrollments } = world();
      await plantEnrollment(dps, kind, 'one');
      for await (const page of enrollments.enrollments(kind)) if (page.length > 0) break;
      expect((await pagesOf(world(), kind)).flat()).toHaveLength(1);
    });
  });
}

function readingContract(world: () => ContractWorld): void {
  describe.each(KINDS)('reading: %s', (kind) => {
    it.each(['dev-1', 'a', 'urn:epc:id:sgtin.1_2-3', 'UPPER.Case', `${'x'.repeat(127)}9`])('gives %s', async (id) => {
      const { dps, enrollments } = world();
      await plantEnrollment(dps, kind, id, `${NO_ATTESTATION},"deviceId":"d"`);
      const enrollment = await enrollments.enrollment(kind, id);
      const record = JSON.parse(await textOfEnrollment(dps, kind, id)) as JsonObject;
      expect({ ...enrollment }).toStrictEqual({ kind, id, etag: record.etag, record });
      expect(record).toMatchObject({ attestation: { type: 'none' }, deviceId: 'd' });
    });

    it('gives nothing for an id that is not there, nor for one of the other kind', async () => {
      const { dps, enrollments } = world();
      await plantEnrollment(dps, kind === 'group' ? 'individual' : 'group', 'dev-1');
      expect(await enrollments.enrollment(kind, 'dev-1')).toBeUndefined();
    });
  });
}

function replacingContract(world: () => ContractWorld): void {
  describe.each(KINDS)('replacing: %s', (kind) => {
    it('writes what the change makes of the record, and answers as a read then does', async () => {
      const { enrollments } = world();
      const before = await planted(world(), kind, `${NO_ATTESTATION},"iotHubs":["hub.azure-devices.net"]`);
      const after = await enrollments.replaceEnrollment(before, disabled);
      expect(after).toStrictEqual(await enrollments.enrollment(kind, 'one'));
      expect(after.etag).not.toBe(before.etag);
      const { etag, lastUpdatedDateTimeUtc } = after.record;
      expect(after.record).toStrictEqual({ ...disabled(before.record), etag, lastUpdatedDateTimeUtc });
    });

    it('again and again, each time on what the last answered', async () => {
      const { enrollments, dps } = world();
      let enrollment = await planted(world(), kind);
      for (const number of [1, 2, 3]) {
        enrollment = await enrollments.replaceEnrollment(enrollment, (record) => ({ ...record, number }));
      }
      expect(JSON.parse(await textOfEnrollment(dps, kind, 'one'))).toMatchObject({ number: 3 });
    });

    it('names another CA, the change seeing ordinary objects and texts', async () => {
      const { enrollments, service, vault } = world();
      const { certificate } = await plantCa(vault);
      for (const name of ['old', 'new']) await service.upload(name, certificate);
      const attestation = '{"type":"x509","x509":{"caReferences":{"primary":"old","secondary":null}}}';
      const before = await planted(world(), kind, `"attestation":${attestation},"initialTwin":{"tags":{"x":1.0}}`);
      const after = await enrollments.replaceEnrollment(before, (record) => {
        const present = asObject(record.attestation);
        const references = asObject(asObject(present?.x509)?.caReferences);
        const x509 = { caReferences: { primary: 'new', secondary: references?.primary } };
        return { ...record, attestation: { type: present?.type, x509 } };
      });
      expect(after.record.attestation).toStrictEqual({
        type: 'x509',
        x509: { caReferences: { primary: 'new', secondary: 'old' } },
      });
    });

    it('also what was not read through this port, if it is the same', async () => {
      const { enrollments, dps } = world();
      const copy = structuredClone(await planted(world(), kind, `${NO_ATTESTATION},"x":12345678901234567890`));
      await enrollments.replaceEnrollment(copy, disabled);
      const text = await textOfEnrollment(dps, kind, 'one');
      expect(text).toContain('"provisioningStatus":"disabled"');
      expect(text).toContain('"x":12345678901234567890');
    });

    it('is refused, as enrollment-rejected, with a record that DPS does not take, which changes nothing', async () => {
      const { enrollments } = world();
      const enrollment = await planted(world(), kind);
      const rejected = enrollments.replaceEnrollment(enrollment, (record) => ({
        ...record,
        allocationPolicy: 'custom',
      }));
      await expect(rejected).rejects.toBeInstanceOf(Refused);
      await expect(rejected).rejects.toMatchObject({
        reason: 'enrollment-rejected',
        message: expect.stringContaining('A CustomAllocationDefinition is required'),
      });
      expect(await enrollments.enrollment(kind, 'one')).toStrictEqual(enrollment);
    });
  });
}

/** Whatever becomes of an enrollment between reading and replacing it. */
const MEANWHILE: Record<string, (world: ContractWorld, enrollment: Enrollment) => Promise<unknown>> = {
  'was replaced through this port': ({ enrollments }, enrollment) =>
    enrollments.replaceEnrollment(enrollment, disabled),
  'was changed by somebody else': ({ dps }, { kind, id }) => plantEnrollment(dps, kind, id),
  'was deleted': ({ dps }, { kind, id }) => removeEnrollment(dps, kind, id),
  'was deleted and made anew': async ({ dps }, { kind, id }) => {
    await removeEnrollment(dps, kind, id);
    await plantEnrollment(dps, kind, id);
  },
};

function conflictContract(world: () => ContractWorld): void {
  const cases = KINDS.flatMap((kind) => Object.entries(MEANWHILE).map(([text, change]) => ({ kind, text, change })));
  it.each(cases)('$kind: replacing what $text is a Conflict and changes nothing', async ({ kind, change }) => {
    const { enrollments } = world();
    const stale = await planted(world(), kind);
    await change(world(), stale);
    const before = await enrollments.enrollment(kind, 'one');
    for (const enrollment of [stale, { ...stale }]) {
      const replaced = enrollments.replaceEnrollment(enrollment, (record) => ({ ...record, deviceId: 'another' }));
      await expect(replaced).rejects.toBeInstanceOf(Conflict);
    }
    expect(await enrollments.enrollment(kind, 'one')).toStrictEqual(before);
  });
}

/** JSON texts that have to come back as they went. */
const VALUES = [
  '12345678901234567890',
  '[1.0,1e400,-0,0.1e1,-0.0,1E5]',
  '{"null":null,"object":{},"array":[],"text":""}',
  '{"__proto__":{"x":1.0},"constructor":"c","toJSON":"t","rawJSON":"1"}',
  '{"a":1,"A":2,"é":3,"e\u0301":4,"":5," a":6}',
  '"Süd 🚚 \u2028 \\ud800 \\u0000"',
  '{"additional_properties":{"properties":{"desired":{"version":1.0,"$metadata":{"unknown":[[{"deep":-0}]]}}}}}',
];

function survivalContract(world: () => ContractWorld): void {
  /** Texts of members before and after an enrollment is replaced; ETag and times, which DPS keeps, apart. */
  async function replacing(kind: EnrollmentKind, members: string, listed: boolean) {
    const { enrollments, dps } = world();
    const read = await planted(world(), kind, members);
    const enrollment = listed ? (await pagesOf(world(), kind)).flat()[0] : read;
    const text = async () => (await textOfEnrollment(dps, kind, 'one')).replace(/,"etag":.*$/, '');
    const before = await text();
    await enrollments.replaceEnrollment(enrollment ?? read, (record) => ({ ...record }));
    return { before, after: await text() };
  }

  describe.each([
    { kind: 'group', listed: false },
    { kind: 'individual', listed: true },
  ] as const)('what a change leaves alone: $kind, listed: $listed', ({ kind, listed }) => {
    it.each(VALUES)('stays as it is, at every level: %s', async (value) => {
      const twin = `{"tags":{"x":${value}},"properties":{"desired":{"x":${value}}}}`;
      const members = `"attestation":{"type":"none","x":${value}},"initialTwin":${twin},"unknown":${value}`;
      const { before, after } = await replacing(kind, members, listed);
      expect(before).toContain(`"unknown":${value}`);
      expect(after).toBe(before);
    });

    it('stays as it is, whatever it is', async () => {
      const property = fc.asyncProperty(jsonObject, async ({ given, compact }) => {
        const { before, after } = await replacing(kind, `${NO_ATTESTATION},"unknown":${given}`, listed);
        expect(before).toContain(`"unknown":${compact}`);
        expect(after).toBe(before);
      });
      await fc.assert(property, { numRuns: counted(50, 10_000) });
    }, 600_000);
  });
}
