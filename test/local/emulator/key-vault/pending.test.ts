import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Vault } from '../../../../local/emulator/key-vault/vault.ts';
import { base64, NOW, newVault, ORIGIN, pendingCa, plantRoot, send } from '../../../support/key-vault-builders.ts';

const SECONDS = NOW.getTime() / 1000;
const merge = (vault: Vault, body: unknown) => send(vault, 'POST', '/certificates/ca/pending/merge', body);

describe('merge', () => {
  it('answers 201 with the certificate; dates follow the certificate, the policy stays', async () => {
    const vault = newVault();
    const { certificate } = await pendingCa(vault);
    const { status, headers, body } = await merge(vault, { x5c: [base64(certificate)] });
    const parsed = new X509Certificate(certificate);
    const version = body.id.split('/').at(-1);
    expect(status).toBe(201);
    expect(headers.Location).toBe(`${ORIGIN}/certificates/ca?api-version=2025-07-01`);
    expect(body).toMatchObject({
      kid: `${ORIGIN}/keys/ca/${version}`,
      sid: `${ORIGIN}/secrets/ca/${version}`,
      x5t: createHash('sha1').update(certificate).digest('base64url'),
      cer: base64(certificate),
      attributes: {
        enabled: true,
        nbf: parsed.validFromDate.getTime() / 1000,
        exp: parsed.validToDate.getTime() / 1000,
        created: SECONDS,
      },
      policy: { x509_props: { subject: 'CN=Fleet CA, O=Contoso, C=US', validity_months: 12 } },
      pending: { id: `${ORIGIN}/certificates/ca/pending` },
    });
    const pending = await send(vault, 'GET', '/certificates/ca/pending');
    expect(pending.body).toMatchObject({ status: 'completed', target: `${ORIGIN}/certificates/ca` });
  });

  it.each<[string, (der: Uint8Array) => string]>([
    ['base64 of DER', (der) => base64(der)],
    ['base64 of PEM', (der) => base64(new X509Certificate(der).toString())],
    ['base64 of base64 with an END line', (der) => base64(`${base64(der)}\n-----END CERTIFICATE-----\n`)],
  ])('takes %s', async (_, encode) => {
    const vault = newVault();
    const { certificate, foreign } = await pendingCa(vault);
    const { status, body } = await merge(vault, { x5c: [encode(certificate), encode(foreign)] });
    expect([status, body.cer]).toEqual([201, base64(certificate)]);
  });

  it('refuses a certificate for another key, in the recorded words, and stays in progress', async () => {
    const vault = newVault();
    const { foreign } = await pendingCa(vault);
    const { status, body } = await merge(vault, { x5c: [base64(foreign)] });
    expect(status).toBe(400);
    expect(body.error).toEqual({
      code: 'BadParameter',
      message:
        'The public key of the end-entity certificate in the specified X.509 certificate content does not match the ' +
        'public part of the specified private key. Please check if certificate is valid.',
    });
    expect((await send(vault, 'GET', '/certificates/ca/pending')).body.status).toBe('inProgress');
  });

  it.each<[string, unknown]>([
    ['no certificate', { x5c: [] }],
    ['no x5c', {}],
    ['no body', undefined],
    ['something else', { x5c: ['bm90IGEgY2VydGlmaWNhdGU='] }],
  ])('refuses %s', async (_, body) => {
    const vault = newVault();
    await pendingCa(vault);
    const answer = await merge(vault, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'BadParameter']);
  });

  it('refuses to merge twice, and where nothing is pending', async () => {
    const vault = newVault();
    const { certificate } = await pendingCa(vault);
    const body = { x5c: [base64(certificate)] };
    expect((await merge(vault, body)).status).toBe(201);
    expect((await merge(vault, body)).status).toBe(409);
    expect(vault.certificates().get('ca')).toHaveLength(1);
    const missing = await send(vault, 'POST', '/certificates/nobody/pending/merge', body);
    expect(missing.body.error).toEqual({
      code: 'PendingCertificateNotFound',
      message: 'Pending certificate not found: nobody',
    });
  });

  it.each([
    ['of the merge', { tags: { from: 'merge' } }, { from: 'merge' }],
    ['of the create when the merge has none', {}, { from: 'create' }],
  ])('keeps the tags %s', async (_, rest, expected) => {
    const vault = newVault();
    const { certificate } = await pendingCa(vault, { tags: { from: 'create' } });
    expect((await merge(vault, { x5c: [base64(certificate)], ...rest })).body.tags).toEqual(expected);
  });
});

describe('a pending operation', () => {
  it('is found by its request_id and by no other', async () => {
    const vault = newVault();
    const { requestId } = await pendingCa(vault);
    expect((await send(vault, 'GET', `/certificates/ca/pending?request_id=${requestId}`)).status).toBe(200);
    const other = await send(vault, 'GET', `/certificates/ca/pending?request_id=${'0'.repeat(32)}`);
    expect([other.status, other.body.error.code]).toEqual([404, 'PendingCertificateNotFound']);
  });

  it('is cancelled on request: in progress at first, cancelled when read, then out of the way', async () => {
    const vault = newVault();
    await pendingCa(vault);
    const cancel = () => send(vault, 'PATCH', '/certificates/ca/pending', { cancellation_requested: true });
    expect((await cancel()).body).toMatchObject({ cancellation_requested: true, status: 'inProgress' });
    const { body } = await send(vault, 'GET', '/certificates/ca/pending');
    expect([body.status, body.status_details]).toEqual(['cancelled', undefined]);
    expect((await cancel()).status).toBe(400);
    expect((await send(vault, 'POST', '/certificates/ca/create', {})).status).toBe(202);
  });

  it('is deleted with its name while that has no version', async () => {
    const vault = newVault();
    const { requestId } = await pendingCa(vault);
    const deleted = await send(vault, 'DELETE', '/certificates/ca/pending');
    expect([deleted.status, deleted.body.request_id, deleted.body.status]).toEqual([200, requestId, 'inProgress']);
    expect((await send(vault, 'GET', '/certificates/ca/pending')).status).toBe(404);
    expect((await send(vault, 'GET', '/certificates/ca/')).status).toBe(404);
    await pendingCa(vault);
  });

  it('is deleted alone where there are versions', async () => {
    const vault = newVault();
    await plantRoot(vault);
    await send(vault, 'POST', '/certificates/root/create', {});
    await send(vault, 'DELETE', '/certificates/root/pending');
    const { status, body } = await send(vault, 'GET', '/certificates/root/');
    expect([status, body.pending]).toEqual([200, undefined]);
  });
});
