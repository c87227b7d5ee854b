import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  NOW,
  newVault,
  ORIGIN,
  pendingCa,
  plantRoot,
  send,
  testClock,
} from '../../../support/key-vault-builders.ts';

const SECONDS = NOW.getTime() / 1000;

describe('reading certificates', () => {
  it('gives policy and pending without a version only', async () => {
    const vault = newVault();
    const { version } = await plantRoot(vault);
    const latest = (await send(vault, 'GET', '/certificates/root/')).body;
    const exact = (await send(vault, 'GET', `/certificates/root/${version}`)).body;
    const { policy, ...rest } = latest;
    expect(exact).toEqual(rest);
    expect(policy.id).toBe(`${ORIGIN}/certificates/root/policy`);
  });

  it.each(['/certificates/root', '/CERTIFICATES/Root/', '//certificates/root/'])('finds it under %s', async (path) => {
    const vault = newVault();
    await plantRoot(vault);
    expect((await send(vault, 'GET', path)).body.id).toContain(`${ORIGIN}/certificates/root/`);
  });

  it('does not find another name or version', async () => {
    const vault = newVault();
    await plantRoot(vault);
    for (const path of [
      '/certificates/nobody/',
      `/certificates/root/${'0'.repeat(32)}`,
      '/certificates/nobody/policy',
    ]) {
      const { status, body } = await send(vault, 'GET', path);
      expect([status, body.error.code]).toEqual([404, 'CertificateNotFound']);
    }
  });

  it('answers 200 with nothing for the versions of an unknown name', async () => {
    const { status, body } = await send(newVault(), 'GET', '/certificates/nobody/versions');
    expect([status, body]).toEqual([200, { value: [], nextLink: null }]);
  });

  it('lists pending names on request only', async () => {
    const vault = newVault();
    await plantRoot(vault);
    await pendingCa(vault);
    const names = async (query: string) =>
      (await send(vault, 'GET', `/certificates${query}`)).body.value.map(({ id }: { id: string }) =>
        id.split('/').at(-1),
      );
    expect(await names('')).toEqual(['root']);
    expect(await names('?includePending=true')).toEqual(['ca', 'root']);
    const { value } = (await send(vault, 'GET', '/certificates?includePending=true')).body;
    expect(value[0]).toMatchObject({ attributes: { enabled: false, created: SECONDS }, subject: '' });
  });

  it('pages without losing or repeating anything, also when names come and go between pages', async () => {
    const vault = newVault();
    const { privateKey, certificate } = await plantRoot(vault, 'ca-00');
    for (let i = 1; i < 60; i++) {
      vault.plant({ name: `ca-${String(i).padStart(2, '0')}`, privateKey, certificate });
    }
    const seen: string[] = [];
    let path: string | undefined = '/certificates?maxresults=20';
    let pages = 0;
    while (path !== undefined && pages++ < 10) {
      const { body } = await send(vault, 'GET', path);
      seen.push(...body.value.map(({ id }: { id: string }) => id.slice(-5)));
      if (pages === 1) await send(vault, 'DELETE', '/certificates/ca-05');
      const next: string | null = body.nextLink;
      expect(next === null || next.startsWith(`${ORIGIN}/certificates?`)).toBe(true);
      path = next?.slice(ORIGIN.length);
    }
    expect(pages).toBe(3);
    expect(seen).toEqual(Array.from({ length: 60 }, (_, i) => `ca-${String(i).padStart(2, '0')}`));
  });

  it.each(['0', '26', 'x', '1.5'])('refuses maxresults=%s', async (maxresults) => {
    expect((await send(newVault(), 'GET', `/certificates?maxresults=${maxresults}`)).status).toBe(400);
  });
});

describe('updating', () => {
  it('replaces tags as a whole, keeps them when none are given, and leaves other versions alone', async () => {
    const vault = newVault();
    const first = await plantRoot(vault, 'root', { tags: { a: '1', b: '2' } });
    const second = await plantRoot(vault, 'root', { tags: { a: '1' } });
    const patch = (version: string, body: unknown) => send(vault, 'PATCH', `/certificates/root/${version}`, body);
    expect((await patch(first.version, { attributes: {}, tags: { c: '3' } })).body.tags).toEqual({ c: '3' });
    expect((await patch(first.version, { attributes: { enabled: false } })).body).toMatchObject({
      attributes: { enabled: false },
      tags: { c: '3' },
    });
    expect((await patch('', { tags: { d: '4' } })).body.id).toContain(second.version);
    const [a, b] = vault.certificates().get('root') ?? [];
    expect([a?.enabled, b?.enabled]).toEqual([false, true]);
  });

  it('moves updated and not created', async () => {
    const clock = testClock();
    const vault = newVault({ now: clock.now });
    await plantRoot(vault);
    clock.set(new Date(NOW.getTime() + DAY_MS));
    const { attributes } = (await send(vault, 'PATCH', '/certificates/root/', { tags: {} })).body;
    expect([attributes.created, attributes.updated]).toEqual([SECONDS, SECONDS + 24 * 60 * 60]);
  });

  it('changes the given properties of a policy and no others', async () => {
    const vault = newVault();
    await plantRoot(vault, 'root', { reuseKey: true });
    const before = (await send(vault, 'GET', '/certificates/root/policy')).body;
    const after = (
      await send(vault, 'PATCH', '/certificates/root/policy', {
        issuer: { name: 'Self' },
        key_props: { kty: 'RSA' },
        x509_props: { validity_months: 6 },
      })
    ).body;
    expect(after).toEqual({
      ...before,
      issuer: { name: 'Self' },
      key_props: { exportable: false, kty: 'RSA', key_size: 2048, reuse_key: true },
      x509_props: { ...before.x509_props, validity_months: 6 },
    });
  });
});
