import type { EventName, LifecycleEvent } from '../../shared/events.ts';

const OF_RENEWAL = { renewalId: 'r1', ca: 'plant-a-ca', vault: 'https://kv-fleet.vault.azure.net' } as const;
const THUMBPRINT = 'A'.repeat(40);
const NOT_AFTER = '2031-01-01T00:00:00.000Z';
const ENTRY = { dps: '/dps/dps-1', entry: `plant-a-ca-${THUMBPRINT}`, thumbprint: THUMBPRINT } as const;

/** One event of each kind, as ordinary as it can be: the scan watches over a CA and could read everything. */
export const EVENTS: { readonly [Name in EventName]: Extract<LifecycleEvent, { readonly event: Name }> } = {
  scan_completed: {
    event: 'scan_completed',
    managed: 1,
    renewing: [],
    mode: 'enforce',
    waiting: 1,
    refused: 0,
    unmanaged: 0,
    failures: [],
    durationMs: 5,
  },
  certificate_unmanaged: { event: 'certificate_unmanaged', ...ENTRY, notAfter: NOT_AFTER },
  certificate_requested: {
    event: 'certificate_requested',
    ...OF_RENEWAL,
    step: 'request',
    reason: 'window-open',
    key: 'new',
  },
  version_disabled: {
    event: 'version_disabled',
    ...OF_RENEWAL,
    step: 'tidy',
    reason: 'seed-left',
    thumbprint: 'A'.repeat(40),
  },
  certificate_issued: {
    event: 'certificate_issued',
    ...OF_RENEWAL,
    step: 'issue',
    reason: 'request-pending',
    thumbprint: THUMBPRINT,
    notAfter: NOT_AFTER,
    issuer: 'fleet-root',
  },
  certificate_uploaded: {
    event: 'certificate_uploaded',
    ...OF_RENEWAL,
    step: 'upload',
    reason: 'entry-missing',
    ...ENTRY,
  },
  possession_proven: { event: 'possession_proven', ...OF_RENEWAL, step: 'prove', reason: 'entry-unverified', ...ENTRY },
  enrollment_moved: {
    event: 'enrollment_moved',
    ...OF_RENEWAL,
    step: 'move',
    reason: 'reference-behind',
    dps: '/dps/dps-1',
    enrollment: 'line-1',
    kind: 'group',
    thumbprint: 'A'.repeat(40),
  },
  certificate_trusted: {
    event: 'certificate_trusted',
    ca: OF_RENEWAL.ca,
    vault: OF_RENEWAL.vault,
    version: 'v2',
    thumbprint: 'A'.repeat(40),
    notAfter: '2030-01-01T00:00:00.000Z',
  },
  certificate_retired: {
    event: 'certificate_retired',
    ...OF_RENEWAL,
    step: 'retire',
    reason: 'older-expired',
    dps: '/dps/dps-1',
    entry: 'plant-a-2029',
    thumbprint: 'A'.repeat(40),
  },
  renewal_settled: {
    event: 'renewal_settled',
    ...OF_RENEWAL,
    steps: [],
    waits: [],
    thumbprint: THUMBPRINT,
    notAfter: NOT_AFTER,
    durationMs: 5,
  },
  renewal_refused: { event: 'renewal_refused', ...OF_RENEWAL, reason: 'issuer-first', message: 'It expires first.' },
  renewal_abandoned: { event: 'renewal_abandoned', ca: OF_RENEWAL.ca, vault: OF_RENEWAL.vault, message: 'Failed.' },
  device_allocated: {
    event: 'device_allocated',
    registrationId: 'device-001',
    enrollment: 'line-1',
    kind: 'group',
    hub: 'hub-a.azure-devices.net',
    rule: 'default',
  },
  allocation_denied: {
    event: 'allocation_denied',
    registrationId: 'device-001',
    enrollment: 'line-1',
    kind: 'group',
    reason: 'rule-denied',
    message: 'Recalled.',
  },
  attestation_lost: { event: 'attestation_lost', reason: 'malformed-message', message: 'kind must be one.' },
  settings_invalid: { event: 'settings_invalid', faults: ['KEY_VAULT_URLS is missing'] },
};
