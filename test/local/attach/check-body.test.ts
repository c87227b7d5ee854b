import { describe, expect, it } from 'vitest';
import { checkBody } from '../../../local/attach/check-body.ts';
import { parseAllocationRequest } from '../../../shared/allocation/allocation-request.ts';
import type { Enrollment } from '../../../shared/ports.ts';

const HUBS = ['hub-a.azure-devices.net', 'hub-b.azure-devices.net'];
const WEBHOOK = 'https://app.example/api/allocate?code=s3cr3t';
const SHOWN = 'https://app.example/api/allocate?****';
const group = (record: object): Enrollment => {
  return { kind: 'group', id: 'line-1', etag: '"1"', record: { enrollmentGroupId: 'line-1', ...record } };
};
const gateway: Enrollment = {
  kind: 'individual',
  id: 'a-gateway',
  etag: '"1"',
  record: { registrationId: 'a-gateway', attestation: { type: 'tpm' } },
};

describe('the body of a check', () => {
  it.each([
    ['no enrollment', undefined, { kind: 'group', id: 'attach-check' }],
    ['a group', group({}), { kind: 'group', id: 'line-1' }],
    ['an individual enrollment', gateway, { kind: 'individual', id: 'a-gateway' }],
  ])('is one that the webhook reads, and never of a real device: %s', (_, enrollment, expected) => {
    const body = checkBody(enrollment, WEBHOOK, HUBS);
    expect(parseAllocationRequest(body)).toMatchObject({
      request: { enrollment: expected, registrationId: 'attach-check', currentHub: undefined, linkedHubs: HUBS },
    });
    expect(JSON.stringify(body)).not.toContain('s3cr3t');
  });

  it('holds the whole record, as it will be once it is attached', () => {
    const record = {
      iotHubs: [],
      unknown: 1,
      customAllocationDefinition: { webhookUrl: 'x', apiVersion: '2019-03-31' },
    };
    expect(checkBody(group(record), WEBHOOK, HUBS).enrollmentGroup).toStrictEqual({
      enrollmentGroupId: 'line-1',
      iotHubs: [],
      unknown: 1,
      allocationPolicy: 'custom',
      customAllocationDefinition: { webhookUrl: SHOWN, apiVersion: '2019-03-31' },
    });
  });

  it.each([
    ['those that the enrollment selects', { iotHubs: [HUBS[1]] }, [HUBS[1]]],
    ['all, where it selects none', { iotHubs: [] }, HUBS],
    ['all, where it says nothing', { iotHubs: null }, HUBS],
  ])('offers %s', (_, record, expected) => {
    expect(checkBody(group(record), WEBHOOK, HUBS).linkedHubs).toStrictEqual(expected);
  });

  it.each([
    ['symmetricKey', { symmetricKey: {} }],
    ['x509', { x509: {} }],
  ])('says nothing of how the device attests but the way: %s', (type, expected) => {
    const body = checkBody(group({ attestation: { type } }), WEBHOOK, HUBS);
    expect(body.deviceRuntimeContext).toStrictEqual({ registrationId: 'attach-check', ...expected });
  });
});
