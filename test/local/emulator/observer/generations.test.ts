import { createHash, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createGenerationObserver } from '../../../../local/emulator/observer/generations.ts';
import {
  base64,
  createBody,
  DAY_MS,
  NOW,
  newKey,
  newVault,
  plantRoot,
  rootFor,
  send,
  testClock,
} from '../../../support/key-vault-builders.ts';

// Which versions of a CA are too many, whoever has made them.

const daysLater = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

/** A vault with a CA of ten years that is there from the beginning, signed by a root in a vault of its own. */
async function watched() {
  const clock = testClock();
  const observer = createGenerationObserver(clock.now);
  const roots = newVault({ name: 'roots', now: clock.now, observer });
  const vault = newVault({ now: clock.now, observer });
  const { privateKey: rootKey, certificate: root } = await plantRoot(roots);
  const signed = (key: KeyObject, signer = { key: rootKey, certificate: root }, ca = true) =>
    rootFor(key, { subject: 'CN=Plant', signer, ca, notBefore: clock.now(), notAfter: daysLater(3650) });
  const first = newKey();
  vault.plant({ name: 'plant', privateKey: first, certificate: await signed(first) });
  /** Has a certificate merged, of a CA unless told otherwise. */
  async function merge({ signer, ca }: { signer?: { key: KeyObject; certificate: Uint8Array }; ca?: boolean } = {}) {
    await send(vault, 'POST', '/certificates/plant/create', createBody('Unknown', { reuse_key: true }));
    const certificate = await signed(vault.privateKeyOf('plant'), signer, ca);
    const merged = await send(vault, 'POST', '/certificates/plant/pending/merge', { x5c: [base64(certificate)] });
    expect(merged.status).toBe(201);
    return { version: String(merged.body.id).split('/').at(-1), certificate };
  }
  const enable = (version: string | undefined, enabled: boolean) =>
    send(vault, 'PATCH', `/certificates/plant/${version}`, { attributes: { enabled } });
  return { clock, observer, roots, vault, signed, merge, enable };
}

describe('a generation', () => {
  it('is one too many before half of the lifetime of the one that a request has added before it', async () => {
    const { clock, observer, merge } = await watched();
    const first = await merge();
    expect(observer.violations()).toStrictEqual([]);
    clock.set(daysLater(1820));
    const second = await merge();
    expect(observer.violations()).toStrictEqual([
      {
        invariant: 4,
        vault: 'fleet',
        at: daysLater(1820).toISOString(),
        message: `'plant' has got version ${second.version}, though half of the lifetime of version ${first.version} is not over`,
        enrollments: [],
        count: 0,
        request: { method: 'POST', path: '/certificates/plant/pending/merge' },
      },
    ]);
  });

  it('is wanted once half of that lifetime is over', async () => {
    const { clock, observer, merge } = await watched();
    await merge();
    clock.set(daysLater(1826));
    await merge();
    expect(observer.violations()).toStrictEqual([]);
  });

  it('is wanted where it is no CA, or where what it follows has been disabled', async () => {
    const { observer, merge, enable } = await watched();
    const { version } = await merge();
    await merge({ ca: false });
    await enable(version, false);
    await merge();
    expect(observer.violations()).toStrictEqual([]);
  });

  it('is wanted once where a person has said so', async () => {
    const { observer, vault, merge } = await watched();
    const { certificate } = await merge();
    observer.expectRenewalOf(thumbprintOf(certificate));
    await merge();
    expect(observer.violations()).toStrictEqual([]);
    await merge();
    expect(observer.violations()).toHaveLength(1);
    expect(vault.certificates().get('plant')).toHaveLength(4);
  });

  it('is wanted once where its issuer has got another key', async () => {
    const { observer, roots, merge } = await watched();
    await merge();
    const { privateKey: key, certificate } = await plantRoot(roots);
    await merge({ signer: { key, certificate } });
    expect(observer.violations()).toStrictEqual([]);
    await merge({ signer: { key, certificate } });
    expect(observer.violations()).toHaveLength(1);
  });

  it('is one too many where a root gives itself another key once more', async () => {
    const { observer, roots } = await watched();
    const import_ = async () => {
      const key = newKey();
      const pem = key.export({ type: 'pkcs8', format: 'pem' });
      const certificate = base64(await rootFor(key)).replace(/.{64}/g, '$&\n');
      const value = `${pem}-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`;
      expect((await send(roots, 'POST', '/certificates/root/import', { value })).status).toBe(200);
    };
    await import_();
    expect(observer.violations()).toStrictEqual([]);
    await import_();
    expect(observer.violations()).toMatchObject([{ vault: 'roots', request: { path: '/certificates/root/import' } }]);
  });
});

describe('a generation too many', () => {
  it('does not count once it is disabled, if nothing has used it', async () => {
    const { observer, merge, enable } = await watched();
    await merge();
    const { version } = await merge();
    await enable(version, false);
    expect(observer.violations()).toStrictEqual([]);
    await enable(version, true);
    expect(observer.violations()).toHaveLength(1);
  });

  it.each(['a DPS has taken it', 'its key has signed'])('counts for ever once %s', async (use) => {
    const { observer, vault, merge, enable } = await watched();
    const others = await merge();
    const { version, certificate } = await merge();
    if (use === 'a DPS has taken it') observer.used(certificate);
    else {
      const body = { alg: 'ES256', value: Buffer.alloc(32).toString('base64url') };
      expect((await send(vault, 'POST', `/keys/plant/${others.version}/sign`, body)).status).toBe(200);
      expect((await send(vault, 'POST', `/keys/plant/${version}/sign`, body)).status).toBe(200);
    }
    await enable(version, false);
    expect(observer.violations()).toHaveLength(1);
  });

  it('is not used by what uses another', async () => {
    const { observer, merge, enable } = await watched();
    const { certificate } = await merge();
    const { version } = await merge();
    observer.used(certificate);
    await enable(version, false);
    expect(observer.violations()).toStrictEqual([]);
  });
});

function thumbprintOf(certificate: Uint8Array): string {
  return createHash('sha1').update(certificate).digest('hex').toUpperCase();
}
