import { describe, expect, it } from 'vitest';
import type { Vault } from '../../../../local/emulator/key-vault/vault.ts';
import { createBody, keysOnDemand, newVault, plantRoot, send } from '../../../support/key-vault-builders.ts';

const create = (vault: Vault, name: string, body: unknown) => send(vault, 'POST', `/certificates/${name}/create`, body);

describe('a create that is refused', () => {
  const pendingMessage =
    "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.";

  it.each(['Self', 'Unknown'] as const)('of two at the same time with %s exactly one is accepted', async (issuer) => {
    const vault = newVault();
    const answers = await Promise.all([1, 2, 3].map(() => create(vault, 'ca', createBody(issuer))));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toEqual({ error: { code: 'Forbidden', message: pendingMessage } });
  });

  it('of two at the same time for a name that exists exactly one is accepted', async () => {
    const vault = newVault();
    await plantRoot(vault);
    const answers = await Promise.all([1, 2].map(() => create(vault, 'root', {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
  });

  it('while an operation is in progress takes no key', async () => {
    const keys = keysOnDemand();
    const vault = newVault({ keys });
    await create(vault, 'ca', createBody('Unknown'));
    expect((await create(vault, 'CA', createBody('Unknown'))).status).toBe(409); // names are case-insensitive
    expect(keys.made).toHaveLength(1);
  });

  const policy = createBody('Unknown').policy;
  const x509 = policy.x509_props;
  const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, 'v']));
  it.each<[string, string, unknown]>([
    ['no body', 'ca', undefined],
    ['no policy, none stored', 'ca', {}],
    ['a name with a dot', 'c.a', { policy }],
    ['a name of 128 characters', 'c'.repeat(128), { policy }],
    ['an unknown key type', 'ca', { policy: { ...policy, key_props: { kty: 'oct' } } }],
    ['an RSA key of 1024 bits', 'ca', { policy: { ...policy, key_props: { kty: 'RSA', key_size: 1024 } } }],
    ['an unknown curve', 'ca', { policy: { ...policy, key_props: { kty: 'EC', crv: 'P-192' } } }],
    ['a subject that is no X.500 name', 'ca', { policy: { ...policy, x509_props: { subject: 'My CA' } } }],
    ['a subject with an OID that is none', 'ca', { policy: { ...policy, x509_props: { subject: '9.99.1=x' } } }],
    ['no subject', 'ca', { policy: { ...policy, x509_props: {} } }],
    ['a subject of 201 characters', 'ca', { policy: { ...policy, x509_props: { subject: `CN=${'x'.repeat(198)}` } } }],
    ['an unknown key usage', 'ca', { policy: { ...policy, x509_props: { ...x509, key_usage: ['sign'] } } }],
    ['a validity of no months', 'ca', { policy: { ...policy, x509_props: { ...x509, validity_months: 0 } } }],
    ['an issuer that the vault does not have', 'ca', { policy: { ...policy, issuer: { name: 'DigiCert' } } }],
    ['16 tags', 'ca', { policy, tags: tags(16) }],
    ['a tag of 257 characters', 'ca', { policy, tags: { a: 'x'.repeat(257) } }],
  ])('has %s', async (_, name, body) => {
    const vault = newVault();
    const answer = await create(vault, name, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'BadParameter']);
    expect((await send(vault, 'GET', '/certificates?includePending=true')).body.value).toEqual([]);
  });

  it('is not refused with 15 tags of 256 characters', async () => {
    const full = Object.fromEntries(Object.keys(tags(15)).map((name) => [name, 'x'.repeat(256)]));
    expect((await create(newVault(), 'ca', { policy, tags: full })).status).toBe(202);
  });
});
