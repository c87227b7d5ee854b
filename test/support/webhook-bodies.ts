import { HUBS } from './allocation-builders.ts';

interface Overrides {
  readonly registrationId?: string;
  readonly currentHub?: string;
  readonly linkedHubs?: readonly string[];
  readonly x509?: unknown;
  readonly payload?: unknown;
}

/** The body that DPS posts for a device of the enrollment group `line-1`, with all members that have been seen. */
export function groupBody(overrides: Overrides = {}) {
  return {
    enrollmentGroup: {
      enrollmentGroupId: 'line-1',
      attestation: { type: 'x509' },
      capabilities: { iotEdge: false },
      etag: '"0000f176-0000-0700-0000-62eaad1e0000"',
      provisioningStatus: 'enabled',
      reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: true },
      createdDateTimeUtc: '2022-08-03T17:15:10.8464255Z',
      lastUpdatedDateTimeUtc: '2022-08-03T17:15:10.8464255Z',
      allocationPolicy: 'custom',
      iotHubs: HUBS,
      customAllocationDefinition: { webhookUrl: 'https://app.example/api/allocate?****', apiVersion: '2021-10-01' },
    },
    ...common(overrides),
  };
}

/** The body that DPS posts for a device with an individual enrollment. */
export function individualBody(overrides: Overrides = {}) {
  const { registrationId = 'device-001' } = overrides;
  return {
    individualEnrollment: { registrationId, attestation: { type: 'symmetricKey' }, allocationPolicy: 'custom' },
    ...common(overrides),
  };
}

function common({ registrationId = 'device-001', currentHub, linkedHubs = HUBS, x509, payload }: Overrides) {
  return {
    deviceRuntimeContext: {
      registrationId,
      ...(currentHub !== undefined && { currentIotHubHostName: currentHub, currentDeviceId: registrationId }),
      ...(x509 === undefined ? { symmetricKey: {} } : { x509 }),
      ...(payload !== undefined && { payload }),
    },
    linkedHubs,
  };
}
