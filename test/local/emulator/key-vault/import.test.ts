import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import { describe, expect, it } from 'vitest';
import type { Vault } from '../../../../local/emulator/key-vault/vault.ts';
import { base64, createBody, NOW, newKey, newVault, rootFor, send } from '../../../support/key-vault-builders.ts';

describe('import', () => {
  const importInto = (vault: Vault, body: unknown) => send(vault, 'POST', '/certificates/root/import', body);
  const pkcs8 = (key: ReturnType<typeof newKey>) => key.export({ type: 'pkcs8', format: 'pem' }) as string;

  it('takes PEM with key and chain in any order, and reads the policy off the certificate', async () => {
    const vault = newVault();
    const key = newKey({ kty: 'EC', crv: 'P-384' });
    const [own, other] = [await rootFor(key), await rootFor(newKey())].map((der) =>
      new X509Certificate(der).toString(),
    );
    const { status, body } = await importInto(vault, { value: `${other}${own}${pkcs8(key)}`, tags: { a: '1' } });
    expect(status).toBe(200);
    expect(new X509Certificate(Buffer.from(body.cer, 'base64')).toString()).toBe(own);
    expect(body).toMatchObject({
      tags: { a: '1' },
      policy: {
        key_props: { kty: 'EC', crv: 'P-384', key_size: 384 },
        x509_props: {
          subject: 'CN=Fleet Root CA, O=Contoso',
          key_usage: ['digitalSignature', 'keyCertSign', 'cRLSign'],
          validity_months: 132, // a year before to ten years after: 11 years
        },
        issuer: { name: 'Unknown' },
        secret_props: { contentType: 'application/x-pem-file' },
      },
    });
  });

  it('takes PKCS#12 with its password, and not with another', async () => {
    const vault = newVault();
    const key = newKey({ kty: 'RSA', size: 2048 });
    const der = await rootFor(key);
    const asn1 = forge.pkcs12.toPkcs12Asn1(
      forge.pki.privateKeyFromPem(pkcs8(key)),
      [forge.pki.certificateFromPem(new X509Certificate(der).toString())],
      'secret',
      { algorithm: '3des' },
    );
    const value = forge.util.encode64(forge.asn1.toDer(asn1).getBytes());
    const wrong = await importInto(vault, { value, pwd: 'other' });
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 'BadParameter']);
    const { status, body } = await importInto(vault, { value, pwd: 'secret' });
    expect([status, body.cer]).toEqual([200, base64(der)]);
    expect(vault.privateKeyOf('root').equals(key)).toBe(true);
  });

  const KEYS: [string, () => KeyObject, RegExp][] = [
    ['Ed25519', () => generateKeyPairSync('ed25519').privateKey, /no key of the type ed25519/],
    ['RSA-PSS', () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey, /no key of the type rsa-pss/],
    [
      '1024 bits',
      () => generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
      /key_size has invalid value 1024/,
    ],
    [
      'brainpoolP256r1',
      () => generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }).privateKey,
      /no key of the type ec on the curve brainpoolP256r1/,
    ],
  ];
  it.each(KEYS)('refuses a key that no vault holds: %s', async (_, newKeyOfItsKind, message) => {
    const vault = newVault();
    const key = newKeyOfItsKind();
    // Signed by another key: the emulator's own X.509 cannot sign with these.
    const certificate = await rootFor(newKey(), { publicKey: createPublicKey(key) });
    const value = `${pkcs8(key)}${new X509Certificate(certificate)}`;
    const { status, body } = await importInto(vault, { value });
    expect([status, body.error.code]).toEqual([400, 'BadParameter']);
    expect(body.error.message).toMatch(message);
    expect(vault.certificates().size).toBe(0);
  });

  it('refuses a subject that is too long for a policy', async () => {
    const key = newKey();
    const subject = ['CN', 'O', 'OU', 'L'].map((type) => `${type}=${'x'.repeat(60)}`).join(', ');
    const value = `${pkcs8(key)}${new X509Certificate(await rootFor(key, { subject }))}`;
    const { status, body } = await importInto(newVault(), { value });
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(`has ${subject.length} characters`)]);
  });

  it('refuses an expired certificate, a key without its certificate, and a name with an operation in progress', async () => {
    const vault = newVault();
    const key = newKey();
    const pem = async (options: object) => new X509Certificate(await rootFor(key, options)).toString();
    const expired = `${pkcs8(key)}${await pem({ notAfter: new Date(NOW.getTime() - 1000) })}`;
    expect((await importInto(vault, { value: expired })).body.error.message).toContain('expired');
    expect((await importInto(vault, { value: `${pkcs8(newKey())}${await pem({})}` })).status).toBe(400);
    expect((await importInto(vault, { value: await pem({}) })).status).toBe(400);
    await send(vault, 'POST', '/certificates/root/create', createBody('Unknown'));
    expect((await importInto(vault, { value: `${pkcs8(key)}${await pem({})}` })).status).toBe(409);
  });
});
