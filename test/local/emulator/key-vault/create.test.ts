import 'reflect-metadata';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import type { Vault } from '../../../../local/emulator/key-vault/vault.ts';
import { makeCertificate } from '../../../../local/emulator/pki.ts';
import {
  type Answer,
  createBody,
  DAY_MS,
  keysOnDemand,
  NOW,
  newKey,
  newVault,
  ORIGIN,
  rootFor,
  send,
  testClock,
} from '../../../support/key-vault-builders.ts';

const SECONDS = NOW.getTime() / 1000;
const create = (vault: Vault, name: string, body: unknown) => send(vault, 'POST', `/certificates/${name}/create`, body);
const publicKeyOf = (vault: Vault, name: string) => createPublicKey(vault.privateKeyOf(name));

/** Certifies the request of a create's answer with the given key, as CA:TRUE, and merges it. */
async function signAndMerge(vault: Vault, name: string, created: Answer, rest: object = {}): Promise<Answer> {
  const request = new Pkcs10CertificateRequest(Buffer.from(created.body.csr, 'base64'));
  const spki = Buffer.from(request.publicKey.rawData);
  const signer = newKey();
  const der = await makeCertificate({
    subject: 'CN=Fleet CA',
    publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
    signer: { key: signer, certificate: await rootFor(signer) },
    notBefore: new Date(NOW.getTime() - 600_000),
    notAfter: new Date(NOW.getTime() + 90 * DAY_MS),
    ca: true,
  });
  return send(vault, 'POST', `/certificates/${name}/pending/merge`, {
    x5c: [Buffer.from(der).toString('base64')],
    ...rest,
  });
}

describe('create with the issuer Unknown', () => {
  it('answers 202 with the operation, its place and when to ask again', async () => {
    const { status, headers, body } = await create(newVault(), 'Fleet-CA', createBody('Unknown'));
    expect(status).toBe(202);
    expect(body).toEqual({
      id: `${ORIGIN}/certificates/Fleet-CA/pending`,
      issuer: { name: 'Unknown' },
      csr: expect.any(String),
      cancellation_requested: false,
      status: 'inProgress',
      status_details: 'Pending certificate created. Please Perform Merge to complete the request.',
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(headers).toMatchObject({
      Location: `${ORIGIN}/certificates/Fleet-CA/pending?api-version=2025-07-01&request_id=${body.request_id}`,
      'Retry-After': '10',
    });
  });

  it('makes the request as Key Vault does: names reversed, the same extensions', async () => {
    const { body } = await create(newVault(), 'ca', {
      policy: {
        key_props: { kty: 'RSA', key_size: 2048 },
        x509_props: {
          subject: 'C=US, ST=WA, L=Redmond, O=TestO, OU=TestOU, CN=www.mytestdomain.com',
          key_usage: ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement', 'keyCertSign'],
        },
      },
    });
    const hex = Buffer.from(body.csr, 'base64').toString('hex');
    // Both from the recorded request: subject's first RDN, and the attribute with all its extensions.
    expect(hex).toContain('020100' + '306c311d301b0603550403' + '13147777772e6d7974657374646f6d61696e2e636f6d');
    expect(hex).toContain(
      'a04b304906092a864886f70d01090e313c303a300e0603551d0f0101ff0404030202ec301d0603551d250416301406082b060105050703' +
        '0106082b0601050507030230090603551d1304023000',
    );
  });

  it('shows a disabled certificate without key or content until the merge', async () => {
    const vault = newVault();
    const policy = { ...createBody('Unknown').policy, attributes: {} };
    await create(vault, 'ca', { policy, tags: { dps: '*' } });
    const { status, body } = await send(vault, 'GET', '/certificates/ca/');
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['attributes', 'id', 'pending', 'policy', 'tags']);
    expect(body.id).toMatch(new RegExp(`^${ORIGIN}/certificates/ca/[0-9a-f]{32}$`));
    expect(body.attributes).toEqual({
      enabled: false,
      nbf: SECONDS - 600,
      exp: Date.parse('2027-03-01T12:00:00Z') / 1000, // 12 months by default
      created: SECONDS,
      updated: SECONDS,
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    });
    expect(body.policy).toEqual({
      id: `${ORIGIN}/certificates/ca/policy`,
      key_props: { exportable: false, kty: 'EC', key_size: 256, reuse_key: false, crv: 'P-256' },
      secret_props: { contentType: 'application/x-pkcs12' },
      x509_props: {
        subject: 'CN=Fleet CA, O=Contoso, C=US',
        ekus: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
        key_usage: ['keyCertSign', 'cRLSign'],
        validity_months: 12,
        basic_constraints: { ca: false },
      },
      lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: 'EmailContacts' } }],
      issuer: { name: 'Unknown' },
      attributes: { enabled: true, created: SECONDS, updated: SECONDS },
    });
  });

  it('has no key to use before the merge', async () => {
    const vault = newVault();
    await create(vault, 'ca', createBody('Unknown'));
    const version = (await send(vault, 'GET', '/certificates/ca/')).body.id.split('/').at(-1);
    for (const path of ['/keys/ca/', `/keys/ca/${version}`]) {
      expect((await send(vault, 'GET', path)).body.error.code).toBe('KeyNotFound');
    }
    const sign = { alg: 'ES256', value: Buffer.alloc(32, 1).toString('base64url') };
    expect((await send(vault, 'POST', `/keys/ca/${version}/sign`, sign)).status).toBe(404);
  });

  it('uses the stored policy when none is given, and the given tags only', async () => {
    const vault = newVault();
    await signAndMerge(vault, 'ca', await create(vault, 'ca', createBody('Unknown', {}, { tags: { a: '1' } })));
    const second = await create(vault, 'ca', {});
    expect([second.status, second.body.issuer.name]).toEqual([202, 'Unknown']);
    const merged = await signAndMerge(vault, 'ca', second);
    expect(merged.body.tags).toBeUndefined();
    expect(merged.body.policy.x509_props.subject).toBe('CN=Fleet CA, O=Contoso, C=US');
  });

  it('leaves the current version as it is while a new one is pending', async () => {
    const vault = newVault();
    const first = await signAndMerge(vault, 'ca', await create(vault, 'ca', createBody('Unknown')));
    await create(vault, 'ca', {});
    const { body } = await send(vault, 'GET', '/certificates/ca/');
    expect([body.id, body.attributes.enabled]).toEqual([first.body.id, true]);
    expect(vault.certificates().get('ca')).toHaveLength(1);
  });
});

describe('the key of a new version', () => {
  it.each([
    [true, true],
    [false, false],
  ])('with reuse_key %s is the former one: %s', async (reuse, same) => {
    const vault = newVault();
    await signAndMerge(vault, 'ca', await create(vault, 'ca', createBody('Unknown')));
    const before = publicKeyOf(vault, 'ca');
    await signAndMerge(vault, 'ca', await create(vault, 'ca', createBody('Unknown', { reuse_key: reuse })));
    expect(publicKeyOf(vault, 'ca').equals(before)).toBe(same);
  });

  it('is that of the latest version, so that a Self version can lend its key to a root', async () => {
    const vault = newVault();
    await create(vault, 'root', createBody('Self'));
    await send(vault, 'GET', '/certificates/root/pending');
    const seed = publicKeyOf(vault, 'root');
    const { body } = await create(vault, 'root', createBody('Unknown', { reuse_key: true }));
    const request = new Pkcs10CertificateRequest(Buffer.from(body.csr, 'base64'));
    expect(Buffer.from(request.publicKey.rawData)).toEqual(seed.export({ type: 'spki', format: 'der' }));
  });

  it('cannot be reused under a policy for another kind of key', async () => {
    const vault = newVault();
    await signAndMerge(vault, 'ca', await create(vault, 'ca', createBody('Unknown')));
    const answer = await create(vault, 'ca', createBody('Unknown', { reuse_key: true, crv: 'P-384' }));
    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining('reuse_key')]);
  });

  it('is new and RSA 2048, exportable, when the policy says nothing', async () => {
    const keys = keysOnDemand();
    const vault = newVault({ keys });
    await create(vault, 'ca', { policy: { x509_props: { subject: 'CN=x' } } });
    expect(keys.made).toEqual([{ kty: 'RSA', size: 2048 }]);
    const { policy } = (await send(vault, 'GET', '/certificates/ca/')).body;
    expect(policy.key_props).toEqual({ exportable: true, kty: 'RSA', key_size: 2048, reuse_key: false });
    expect(policy.x509_props.key_usage).toEqual(['digitalSignature', 'keyEncipherment']);
  });
});

describe('create with the issuer Self', () => {
  it('is in progress at first, and completed when somebody looks', async () => {
    const vault = newVault();
    const { body } = await create(vault, 'seed', createBody('Self'));
    expect([body.status, body.csr]).toEqual(['inProgress', expect.any(String)]);
    const polled = await send(vault, 'GET', '/certificates/seed/pending');
    expect(polled.body).toMatchObject({ status: 'completed', target: `${ORIGIN}/certificates/seed` });
    expect(polled.body.status_details).toBeUndefined();
    expect(polled.headers['Retry-After']).toBeUndefined();
  });

  it('takes as long as it is told to', async () => {
    const clock = testClock();
    const vault = newVault({ now: clock.now, selfIssueDelayMs: 137_000 });
    await create(vault, 'seed', createBody('Self'));
    clock.set(new Date(NOW.getTime() + 136_999));
    const early = await send(vault, 'GET', '/certificates/seed/pending');
    expect([early.body.status, early.headers['Retry-After']]).toEqual(['inProgress', '10']);
    clock.set(new Date(NOW.getTime() + 137_000));
    expect((await send(vault, 'GET', '/certificates/seed/pending')).body.status).toBe('completed');
    const { attributes } = (await send(vault, 'GET', '/certificates/seed/')).body;
    expect([attributes.created, attributes.nbf]).toEqual([SECONDS + 137, SECONDS + 137 - 600]);
  });

  it('never gives a CA, whatever the policy asks for', async () => {
    const vault = newVault();
    const body = createBody('Self');
    Object.assign(body.policy.x509_props, {
      basic_constraints: { ca: true, path_len_constraint: 0 },
      validity_months: 12,
    });
    await create(vault, 'root', body);
    const shown = (await send(vault, 'GET', '/certificates/root/')).body;
    const certificate = new X509Certificate(Buffer.from(shown.cer, 'base64'));
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect([certificate.validFromDate, certificate.validToDate]).toEqual([
      new Date('2026-03-01T11:50:00Z'),
      new Date('2027-03-01T12:00:00Z'),
    ]);
    // keyUsage critical keyCertSign|cRLSign; basicConstraints not critical and empty; both as Azure writes them.
    expect(certificate.raw.toString('hex')).toContain('300e0603551d0f0101ff0404030201063009' + '0603551d1304023000');
    expect(shown.policy.x509_props.basic_constraints).toEqual({ ca: false });
    expect(shown.policy.lifetime_actions).toEqual([
      { trigger: { lifetime_percentage: 80 }, action: { action_type: 'AutoRenew' } },
    ]);
  });

  it('cannot be merged', async () => {
    const vault = newVault();
    const answer = await signAndMerge(vault, 'seed', await create(vault, 'seed', createBody('Self')));
    expect([answer.status, answer.body.error.code]).toEqual([403, 'Forbidden']);
  });
});
