import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllocationRequest } from '../../../shared/allocation/allocation-request.ts';
import { requestOf } from '../../support/allocation-builders.ts';
import { counted } from '../../support/counts.ts';

/** A body as DPS has been seen to send it. */
const BODY = {
  enrollmentGroup: {
    enrollmentGroupId: 'contoso-custom-allocated-devices',
    attestation: { type: 'symmetricKey' },
    capabilities: { iotEdge: false },
    etag: '"0000f176-0000-0700-0000-62eaad1e0000"',
    provisioningStatus: 'enabled',
    reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: true },
    allocationPolicy: 'custom',
    iotHubs: ['contoso-toasters-hub-1098.azure-devices.net', 'contoso-heatpumps-hub-1098.azure-devices.net'],
    customAllocationDefinition: { webhookUrl: 'https://contoso.example/api/allocate?****', apiVersion: '2021-10-01' },
  },
  deviceRuntimeContext: {
    registrationId: 'breakroom499-contoso-tstrsd-007',
    currentIotHubHostName: 'contoso-toasters-hub-1098.azure-devices.net',
    currentDeviceId: 'breakroom499-contoso-tstrsd-007',
    symmetricKey: {},
    payload: { MyDeviceFirmwareVersion: '12.0.2.5' },
  },
  linkedHubs: ['contoso-toasters-hub-1098.azure-devices.net', 'contoso-heatpumps-hub-1098.azure-devices.net'],
};

/** The body with some members of its device context replaced. */
function withContext(members: object): unknown {
  return { ...BODY, deviceRuntimeContext: { ...BODY.deviceRuntimeContext, ...members } };
}

describe('parseAllocationRequest', () => {
  it('reads what DPS sends for a device of an enrollment group', () => {
    expect(requestOf(BODY)).toStrictEqual({
      enrollment: { kind: 'group', id: 'contoso-custom-allocated-devices', keepsHub: false },
      registrationId: 'breakroom499-contoso-tstrsd-007',
      currentHub: 'contoso-toasters-hub-1098.azure-devices.net',
      linkedHubs: ['contoso-toasters-hub-1098.azure-devices.net', 'contoso-heatpumps-hub-1098.azure-devices.net'],
      certificate: undefined,
      payload: { MyDeviceFirmwareVersion: '12.0.2.5' },
    });
  });

  it('reads an individual enrollment, which never reprovisions, of a new device without a payload', () => {
    const body = {
      individualEnrollment: { registrationId: 'One', reprovisionPolicy: { updateHubAssignment: false } },
      enrollmentGroup: null,
      deviceRuntimeContext: { registrationId: 'one', currentIotHubHostName: null, tpm: { endorsementKey: 'x' } },
      linkedHubs: [],
      somethingNew: true,
    };
    expect(requestOf(body)).toStrictEqual({
      enrollment: { kind: 'individual', id: 'One', keepsHub: true },
      registrationId: 'one',
      currentHub: undefined,
      linkedHubs: [],
      certificate: undefined,
      payload: undefined,
    });
  });

  it('knows both spellings of the current hub', () => {
    const body = withContext({ currentIotHubHostName: undefined, currentIoTHubHostName: 'other.azure-devices.net' });
    expect(requestOf(body).currentHub).toBe('other.azure-devices.net');
  });

  it('counts a hub that is linked in two spellings once, in the first one', () => {
    expect(requestOf({ ...BODY, linkedHubs: ['Hub-A', 'hub-b', 'hub-a'] }).linkedHubs).toStrictEqual([
      'Hub-A',
      'hub-b',
    ]);
  });

  it('takes an unknown shape of x509 for a certificate of which nothing is told', () => {
    const nothing = { issuerName: undefined, issuerThumbprints: [], thumbprints: [], der: undefined };
    for (const x509 of [{}, [], 'x', 7, { certificateInfo: 'x', certificate: 1 }]) {
      expect(requestOf(withContext({ x509 })).certificate).toStrictEqual(nothing);
    }
  });

  it.each([
    [undefined, ['the body: must be an object, and is missing']],
    [[], ['the body: must be an object, and is an array of 0']],
    [
      {},
      [
        'enrollmentGroup, individualEnrollment: must be one of the two, and is missing',
        'deviceRuntimeContext: must be an object, and is missing',
        'linkedHubs: must be an array, and is missing',
      ],
    ],
    [
      { ...BODY, individualEnrollment: {} },
      ['enrollmentGroup, individualEnrollment: must be one of the two, and is an array of 2'],
    ],
    [{ ...BODY, enrollmentGroup: 'x' }, ['enrollmentGroup: must be an object, and is a text of 1 characters']],
    [
      { ...BODY, enrollmentGroup: {} },
      ["enrollmentGroup.enrollmentGroupId: must be 1 to 128 letters, digits, '-', '.', '_', ':', and is missing"],
    ],
    [{ ...BODY, linkedHubs: ['hub-a', 7] }, ['linkedHubs[1]: must be a host name, and is a number']],
    [{ ...BODY, linkedHubs: ['hub-a/evil'] }, ['linkedHubs[0]: must be a host name, and is a text of 10 characters']],
    [
      withContext({ currentIotHubHostName: {} }),
      ['deviceRuntimeContext.currentIotHubHostName: must be a host name, and is an object'],
    ],
  ])('reports all faults of %j', (body, faults) => {
    expect(parseAllocationRequest(body)).toStrictEqual({ faults });
  });

  it.each(['', 'a'.repeat(129), 'a b', 'a\n', 'ä', '\ud800', 'a\u0000', 7, {}])(
    'refuses the registrationId %j without quoting it',
    (registrationId) => {
      const parsed = parseAllocationRequest(withContext({ registrationId }));
      expect(parsed).toStrictEqual({
        faults: [
          expect.stringMatching(/^deviceRuntimeContext\.registrationId: must be 1 to 128 .*, and is an? [a-z0-9 ]+$/),
        ],
      });
    },
  );

  it('does not take what every object inherits for a member', () => {
    const body = JSON.parse('{"__proto__":{"linkedHubs":["hub-a"]}}');
    expect(parseAllocationRequest(body)).toMatchObject({ faults: { length: 3 } });
    expect(({} as { linkedHubs?: unknown }).linkedHubs).toBeUndefined();
  });

  it('reads a payload of any depth, and thousands of hubs', () => {
    const payload: unknown = JSON.parse(`${'['.repeat(40_000)}${']'.repeat(40_000)}`);
    const linkedHubs = Array.from({ length: 20_000 }, (_, index) => `h${index}`);
    const parsed = requestOf({ ...BODY, ...(withContext({ payload }) as object), linkedHubs });
    expect(parsed.payload).toBe(payload);
    expect(parsed.linkedHubs).toHaveLength(20_000);
  });

  it('answers every JSON value with a request or with faults', { timeout: 900_000 }, () => {
    const value = fc.jsonValue({ maxDepth: 5 });
    const changed = fc
      .tuple(fc.constantFrom('enrollmentGroup', 'individualEnrollment', 'deviceRuntimeContext', 'linkedHubs'), value)
      .map(([name, part]) => ({ ...BODY, [name]: part }));
    const context = fc.dictionary(fc.constantFrom('registrationId', 'currentIotHubHostName', 'x509', 'payload'), value);
    fc.assert(
      fc.property(fc.oneof(value, changed, context.map(withContext)), (body) => {
        const parsed = parseAllocationRequest(body);
        if ('faults' in parsed) expect(parsed.faults.length).toBeGreaterThan(0);
        else expect(parsed.request.registrationId).toMatch(/^[\w.:-]{1,128}$/);
      }),
      { numRuns: counted(2000, 200_000) },
    );
  });
});
