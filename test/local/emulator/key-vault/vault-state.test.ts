import { expect, it } from 'vitest';
import { completePolicy } from '../../../../local/emulator/key-vault/policy.ts';
import { type CertificateRecord, settlePending } from '../../../../local/emulator/key-vault/vault-state.ts';
import { NOW, newKey } from '../../../support/key-vault-builders.ts';

it('an operation whose certificate cannot be read stays in progress, rather than completed without a version', () => {
  const record: CertificateRecord = {
    name: 'ca',
    policy: completePolicy({ x509_props: { subject: 'CN=CA' } }, { created: 0, updated: 0 }),
    versions: [],
    deletedOn: undefined,
    pending: {
      requestId: '1',
      version: '2',
      issuer: 'Self',
      csr: new Uint8Array(),
      privateKey: newKey(),
      keyOperations: [],
      created: 0,
      enabled: true,
      tags: undefined,
      issued: { certificate: Uint8Array.of(1), at: NOW.getTime() },
      cancellationRequested: false,
      status: 'inProgress',
    },
  };
  expect(() => settlePending(record, NOW)).toThrow();
  expect(record).toMatchObject({ versions: [], pending: { status: 'inProgress' } });
});
