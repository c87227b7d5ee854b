import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { createAttestations } from '../../../shared/azure/attestations.ts';
import { managedIdentity } from '../../../shared/azure/credential.ts';
import type { Attestation } from '../../../shared/ports.ts';
import { attestationsInMemory } from '../../support/attestations-in-memory.ts';
import { attestationsContract } from '../ports/attestations.contract.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());

const connected = () => createAttestations({ connectionString: azurite.connectionString }, managedIdentity);
const table = () =>
  TableClient.fromConnectionString(azurite.connectionString, 'attestations', { allowInsecureConnection: true });
const ATTESTATION: Attestation = {
  kind: 'group',
  enrollment: 'line-1',
  registrationId: 'device-001',
  at: new Date('2026-11-22T10:00:00Z'),
  certificate: undefined,
  issuerName: undefined,
  issuerThumbprints: [],
  thumbprints: [],
};

describe('in memory', () => attestationsContract(async () => attestationsInMemory()));

describe('in a table', () => {
  attestationsContract(async () => {
    await table().deleteTable();
    return connected();
  });

  it('a row has keys that a person can read, and times and octets in their own types', async () => {
    await connected().record({ ...ATTESTATION, registrationId: 'Device:001', certificate: Uint8Array.of(1, 2, 3) });
    const row = await table().getEntity('group-line-1', 'device=3A001', { disableTypeConversion: true });
    expect(row).toMatchObject({
      registrationId: { type: 'String', value: 'Device:001' },
      certificate: { type: 'Binary', value: 'AQID' },
      lastSeen: { type: 'DateTime', value: '2026-11-22T10:00:00.000Z' },
    });
  });

  it('a row that somebody else wrote is no evidence, and is replaced by some', async () => {
    await table().createTable();
    const keys = { partitionKey: 'group-line-2', rowKey: 'device-001' };
    await table().createEntity({ ...keys, kind: 'group', lastSeen: 'yesterday' });
    const listed = async () => {
      const found: unknown[] = [];
      for await (const page of connected().ofEnrollment('group', 'line-2')) found.push(...page);
      return found;
    };
    expect(await listed()).toEqual([]);
    await connected().record({ ...ATTESTATION, enrollment: 'line-2' });
    expect(await listed()).toHaveLength(1);
  });

  it('reads more than a page', async () => {
    // The table service answers at most 1,000 rows at once.
    await table().createTable();
    const rows = Array.from({ length: 1001 }, (_, index) => ({
      partitionKey: 'group-large',
      rowKey: `device-${index}`,
      kind: 'group',
      enrollment: 'large',
      registrationId: `device-${index}`,
      firstSeen: ATTESTATION.at,
      lastSeen: ATTESTATION.at,
    }));
    for (let first = 0; first < rows.length; first += 100) {
      const actions = rows.slice(first, first + 100).map((row) => ['create', row] as ['create', typeof row]);
      await table().submitTransaction(actions);
    }
    let count = 0;
    for await (const page of connected().ofEnrollment('group', 'large')) count += page.length;
    expect(count).toBe(1001);
  });
});

describe('failures', () => {
  it('name the device, and no key', async () => {
    const [, key = ''] = /AccountKey=([^;]+)/.exec(azurite.connectionString) ?? [];
    const wrong = Buffer.from('wrong').toString('base64');
    const store = createAttestations(
      { connectionString: azurite.connectionString.replace(key, wrong) },
      managedIdentity,
    );
    const doing = "Cannot keep the attestation of 'device-001' in the group enrollment 'line-1'";
    await expect(store.record(ATTESTATION)).rejects.toThrow(doing);
    await expect(store.record(ATTESTATION)).rejects.not.toThrow(wrong);
    const reading = store.ofEnrollment('group', 'line-1')[Symbol.asyncIterator]();
    await expect(reading.next()).rejects.toThrow("Cannot list the attestations of the group enrollment 'line-1'");
  });

  it('without TLS nothing leaves this machine', async () => {
    const elsewhere = azurite.connectionString.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'http://storage.example');
    const store = createAttestations({ connectionString: elsewhere }, managedIdentity);
    await expect(store.record(ATTESTATION)).rejects.toThrow(/insecure|https/i);
  });

  it('a connection string that cannot be read fails the call, and is not shown', async () => {
    const store = createAttestations({ connectionString: 'AccountKey=secret' }, managedIdentity);
    await expect(store.record(ATTESTATION)).rejects.toThrow('Cannot keep the attestation');
    await expect(store.record(ATTESTATION)).rejects.not.toThrow('secret');
  });
});
