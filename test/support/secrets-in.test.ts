import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../local/emulator/emulator.ts';
import type { LogRecord } from '../../local/host/log.ts';
import { secretsIn } from './secrets-in.ts';
import { secretsInEmulator } from './secrets-in-emulator.ts';

const record = (message: string): LogRecord => ({ at: '2026-03-01T12:00:00.000Z', level: 'information', message });
const SECRET = 'k3y+/==';

describe('secretsIn', () => {
  it.each([
    ['a token', 'Authorization: Bearer eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.'],
    ['a secret', `AccountKey=${SECRET};`],
    ['a secret in a URL', `https://localhost/api?code=${encodeURIComponent(SECRET)}`],
    ['a SAS', 'SharedAccessSignature sr=dps&sig=AA%3D&se=1'],
    ['a private key', '-----BEGIN EC PRIVATE KEY-----'],
    ['a connection string', 'AccountName=a;AccountKey=AAAA'],
    ['a secret inside JSON', JSON.stringify({ deep: { header: SECRET } })],
  ])('finds %s', (_what, message) => {
    expect(secretsIn([record('harmless'), record(message)], [SECRET])).toEqual([record(message)]);
  });

  it('finds nothing in a line that only speaks of one', () => {
    expect(secretsIn([record('IDENTITY_HEADER is set, eyJ is how a token begins')], [SECRET])).toEqual([]);
  });

  it.each([[[]], [['']]])('refuses to look for nothing: %j', (secrets) => {
    expect(() => secretsIn([], secrets)).toThrow('Cannot look for secrets');
  });
});

describe('secretsInEmulator', () => {
  it('knows the private key of every version, the keys of every DPS and what enrollments hold', async () => {
    const [primaryKey, secondaryKey] = ['A'.repeat(40), 'B'.repeat(40)];
    const webhookUrl = 'https://app.example/api/allocate?code=w3bh00k';
    const emulator = await startEmulator({
      seed: {
        version: 1,
        vaults: [
          {
            name: 'kv-1',
            certificates: [{ name: 'ca', subject: 'CN=ca', key: 'P-256', notBefore: '-P1Y', notAfter: 'P1Y' }],
          },
        ],
        provisioningServices: [
          {
            name: 'dps-1',
            enrollmentGroups: [{ id: 'keys', symmetricKey: { primaryKey, secondaryKey }, webhookUrl }],
          },
        ],
      },
    });
    try {
      const { d = '' } = emulator.vaults.get('kv-1')?.privateKeyOf('ca').export({ format: 'jwk' }) ?? {};
      const { sharedAccessKey = '' } = emulator.description.provisioningServices[0] ?? {};
      const { header } = emulator.description.identity;
      const secrets = secretsInEmulator(emulator);
      expect(secrets).toEqual(
        expect.arrayContaining([d, sharedAccessKey, header, primaryKey, secondaryKey, 'w3bh00k']),
      );
    } finally {
      await emulator.close();
    }
  });
});
