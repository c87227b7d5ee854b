import 'reflect-metadata';
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { CertificateClient, type CertificatePolicy } from '@azure/keyvault-certificates';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import type { Vault } from '../../../../local/emulator/key-vault/vault.ts';
import { makeCertificate } from '../../../../local/emulator/pki.ts';
import { inProcessHttpClient, type SeenRequest } from '../../../support/in-process-http-client.ts';
import { DAY_MS, newKey, newVault, ORIGIN, rootFor } from '../../../support/key-vault-builders.ts';

// The SDK compares nbf and exp with the real clock before it signs, so here the vault runs on the real one too.
const now = () => new Date();
const around = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 365 * DAY_MS) };

const credential = {
  getToken: async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 60 * 60 * 1000 }),
};

function clientsOf(vault: Vault, seen: SeenRequest[] = []) {
  const options = { httpClient: inProcessHttpClient(vault, seen), disableChallengeResourceVerification: true };
  return {
    certificates: new CertificateClient(ORIGIN, credential, options),
    keys: new KeyClient(ORIGIN, credential, options),
    cryptography: (kid: string) => new CryptographyClient(kid, credential, options),
  };
}

const unknownCa: CertificatePolicy = {
  issuerName: 'Unknown',
  subject: 'CN=Fleet Issuing CA',
  keyType: 'EC',
  keyCurveName: 'P-384',
  keyUsage: ['keyCertSign', 'cRLSign'],
  exportable: false,
};

async function operationOf(certificates: CertificateClient, name: string) {
  const poller = await certificates.getCertificateOperation(name);
  const operation = poller.getOperationState().certificateOperation;
  if (operation?.csr === undefined) throw new Error(`the operation on ${name} has no certification request`);
  return { ...operation, csr: operation.csr };
}

describe("the SDK's clients", () => {
  it('get a subordinate CA: create, request, a signature by the key of a root in the vault, merge', async () => {
    const vault = newVault({ now });
    const rootKey = newKey({ kty: 'RSA', size: 2048 });
    const root = await rootFor(rootKey, around);
    vault.plant({ name: 'root', privateKey: rootKey, certificate: root });
    const seen: SeenRequest[] = [];
    const { certificates, cryptography } = clientsOf(vault, seen);

    await certificates.beginCreateCertificate('issuing', unknownCa, { tags: { dps: '*' } });
    const { csr } = await operationOf(certificates, 'issuing');
    const spki = Buffer.from(new Pkcs10CertificateRequest(Uint8Array.from(csr)).publicKey.rawData);
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });

    const issuer = await certificates.getCertificate('root');
    const signer = cryptography(issuer.keyId ?? '');
    // Signed in the process for its shape, then signed again by the vault over the same TBSCertificate.
    const draft = await makeCertificate({
      subject: 'CN=Fleet Issuing CA',
      publicKey,
      signer: { key: rootKey, certificate: root },
      ...around,
      ca: true,
      pathLen: 0,
    });
    const tbs = tbsCertificate(draft);
    const { result } = await signer.sign('RS256', createHash('sha256').update(tbs).digest());
    expect(verify('sha256', tbs, createPublicKey(rootKey), result)).toBe(true);
    // PKCS#1 v1.5 is deterministic, so the vault's signature is the one that the draft already has, at its end.
    const certificate = Buffer.concat([draft.subarray(0, draft.length - result.length), result]);

    const merged = await certificates.mergeCertificate('issuing', [certificate]);
    expect(Buffer.from(merged.cer ?? [])).toEqual(certificate);
    expect(merged.properties).toMatchObject({
      enabled: true,
      tags: { dps: '*' },
      expiresOn: toSeconds(around.notAfter),
    });
    const parsed = new X509Certificate(certificate);
    expect([parsed.ca, parsed.checkIssued(new X509Certificate(root))]).toEqual([true, true]);
    expect(parsed.verify(createPublicKey(rootKey))).toBe(true);
    expect((await certificates.getCertificateOperation('issuing')).getOperationState().isCompleted).toBe(true);
    // The first request of a client has no token: that is how it learns where to get one.
    expect(seen[0]?.status).toBe(401);
    expect(seen.find(({ url }) => url.includes('api%2Dversion'))).toBeDefined();
  });

  it('get a Self certificate by polling until it is done', async () => {
    const { certificates } = clientsOf(newVault({ now }));
    const poller = await certificates.beginCreateCertificate(
      'seed',
      { ...unknownCa, issuerName: 'Self' },
      { intervalInMs: 1 },
    );
    const result = await poller.pollUntilDone();
    expect(new X509Certificate(result.cer ?? Buffer.of()).ca).toBe(false);
    expect(result.policy).toMatchObject({
      issuerName: 'Self',
      keyType: 'EC',
      keyCurveName: 'P-384',
      exportable: false,
    });
  });

  it('keep the public key with reuseKey', async () => {
    const { certificates } = clientsOf(newVault({ now }));
    const options = { intervalInMs: 1 };
    await (
      await certificates.beginCreateCertificate('root', { ...unknownCa, issuerName: 'Self' }, options)
    ).pollUntilDone();
    const seed = new X509Certificate((await certificates.getCertificate('root')).cer ?? Buffer.of());
    await certificates.beginCreateCertificate('root', { ...unknownCa, reuseKey: true });
    const { csr } = await operationOf(certificates, 'root');
    expect(Buffer.from(new Pkcs10CertificateRequest(Uint8Array.from(csr)).publicKey.rawData)).toEqual(
      seed.publicKey.export({ type: 'spki', format: 'der' }),
    );
  });

  it('see the 409 of a second create as a RestError', async () => {
    const { certificates } = clientsOf(newVault({ now }));
    await certificates.beginCreateCertificate('ca', unknownCa);
    await expect(certificates.beginCreateCertificate('ca', unknownCa)).rejects.toMatchObject({
      name: 'RestError',
      statusCode: 409,
      code: 'Forbidden',
    });
  });

  it('delete, find among the deleted, are refused the name, recover and purge', async () => {
    const vault = newVault({ now });
    const key = newKey();
    vault.plant({ name: 'ca', privateKey: key, certificate: await rootFor(key, around) });
    const { certificates } = clientsOf(vault);
    const poll = { intervalInMs: 1 };
    const deleted = await (await certificates.beginDeleteCertificate('ca', poll)).pollUntilDone();
    expect(deleted.recoveryId).toBe(`${ORIGIN}/deletedcertificates/ca`);
    await expect(certificates.beginCreateCertificate('ca', unknownCa)).rejects.toMatchObject({
      statusCode: 409,
      details: { error: { innerError: { code: 'ObjectIsDeletedButRecoverable' } } },
    });
    const recovered = await (await certificates.beginRecoverDeletedCertificate('ca', poll)).pollUntilDone();
    expect(recovered.name).toBe('ca');
    await (await certificates.beginDeleteCertificate('ca', poll)).pollUntilDone();
    await certificates.purgeDeletedCertificate('ca');
    await expect(certificates.getDeletedCertificate('ca')).rejects.toMatchObject({ statusCode: 404 });
  });

  it('list 60 certificates over several pages', async () => {
    const vault = newVault({ now });
    const key = newKey();
    const certificate = await rootFor(key, around);
    const names = Array.from({ length: 60 }, (_, i) => `ca-${i}`);
    for (const name of names) vault.plant({ name, privateKey: key, certificate });
    const seen: SeenRequest[] = [];
    const { certificates, keys } = clientsOf(vault, seen);
    const listed: string[] = [];
    for await (const { name } of certificates.listPropertiesOfCertificates()) listed.push(name ?? '');
    expect(listed.toSorted()).toEqual(names.toSorted());
    expect(seen.filter(({ status }) => status === 200)).toHaveLength(3); // 25 + 25 + 10
    let managed = 0;
    for await (const properties of keys.listPropertiesOfKeys()) managed += properties.managed ? 1 : 0;
    expect(managed).toBe(60);
    const versions: (string | undefined)[] = [];
    for await (const { version } of certificates.listPropertiesOfCertificateVersions('ca-7')) versions.push(version);
    expect(versions).toEqual(
      vault
        .certificates()
        .get('ca-7')
        ?.map(({ version }) => version),
    );
  });

  it('update tags and state of a version, and the policy', async () => {
    const vault = newVault({ now });
    const key = newKey();
    const { version } = vault.plant({ name: 'ca', privateKey: key, certificate: await rootFor(key, around) });
    const { certificates } = clientsOf(vault);
    const updated = await certificates.updateCertificateProperties('ca', version, { enabled: false, tags: { a: '1' } });
    expect(updated.properties).toMatchObject({ enabled: false, tags: { a: '1' }, version });
    const policy = await certificates.getCertificatePolicy('ca');
    // The client answers this with an empty policy, whatever the service sends: the policy must be read again.
    await certificates.updateCertificatePolicy('ca', { ...policy, reuseKey: true });
    expect(await certificates.getCertificatePolicy('ca')).toMatchObject({
      reuseKey: true,
      keyCurveName: 'P-256',
      subject: policy.subject,
    });
  });

  it.each([
    ['ES256', 'P-256', 'sha256'],
    ['ES384', 'P-384', 'sha384'],
    ['ES512', 'P-521', 'sha512'],
  ] as const)('sign with %s, and verify what node:crypto verifies', async (algorithm, crv, hash) => {
    const vault = newVault({ now });
    const key = newKey({ kty: 'EC', crv });
    vault.plant({ name: 'ca', privateKey: key, certificate: await rootFor(key, around) });
    const { keys } = clientsOf(vault);
    const client = keys.getCryptographyClient('ca');
    const digest = createHash(hash).update('message').digest();
    const { result } = await client.sign(algorithm, digest);
    const options = { key: createPublicKey(key), dsaEncoding: 'ieee-p1363' as const };
    expect(verify(hash, Buffer.from('message'), options, result)).toBe(true);
    expect((await client.verify(algorithm, digest, result)).result).toBe(true);
  });
});

function toSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

/** The first element of Certificate ::= SEQUENCE { tbsCertificate, … }, with its header; both lengths take 2 octets. */
function tbsCertificate(certificate: Uint8Array): Buffer {
  const der = Buffer.from(certificate);
  return der.subarray(4, 8 + der.readUInt16BE(6));
}
