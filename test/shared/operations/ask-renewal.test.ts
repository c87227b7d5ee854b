import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { askRenewal } from '../../../shared/operations/ask-renewal.ts';
import { renewMessage } from '../../../shared/operations/renew-message.ts';
import { withCertificate } from '../../support/changed-seed.ts';
import { fleet, generationsOf } from '../../support/fleet.ts';
import { isWrite } from '../../support/is-write.ts';
import { createScene } from '../../support/scene.ts';

const PLANT_A = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };
const wish = (given: { ca?: string; vaultUrl?: string; force?: boolean | string } = {}) => ({
  ca: 'plant-a-ca',
  vaultUrl: undefined,
  force: false,
  ...given,
});

/** The fleet, with its subordinate CA far from its renewal window. */
const young = () => withCertificate(fleet(), 'plant-a-ca', { notBefore: '-P10D', notAfter: 'P720D' });

/** The fleet, with a CA of the same name in a second vault. */
function twins(): SeedInput {
  const seed = fleet();
  const [, vault] = seed.vaults;
  if (!vault) throw new Error('no fleet');
  return { ...seed, vaults: [...seed.vaults, { ...vault, name: 'kv-twin' }] };
}

describe('asking for a CA', () => {
  it('has it looked at: the message names it, and no more', async () => {
    const scene = await createScene(fleet());
    const [held] = await scene.entries('dps-1');
    expect(await askRenewal(scene.app, wish())).toMatchObject({
      kind: 'queued',
      message: PLANT_A,
      thumbprint: held?.thumbprint,
      next: { lane: 'vault', step: 'request', reason: 'window-open' },
    });
    expect(scene.calls.filter(isWrite)).toEqual([]);
  });

  it('says when it is due, where it is not: the message may come to nothing', async () => {
    const scene = await createScene(young());
    expect(await askRenewal(scene.app, wish())).toMatchObject({
      kind: 'queued',
      message: PLANT_A,
      next: { step: 'wait', reason: 'not-due', at: expect.any(Date) },
    });
  });

  it('by force has its newest generation replaced though it is not due, once for a message that comes twice', async () => {
    const scene = await createScene(young());
    const asked = await askRenewal(scene.app, wish({ force: true }));
    if (asked.kind !== 'queued') throw new Error(asked.message);
    const { message, thumbprint, next } = asked;
    expect(message).toEqual({ ...PLANT_A, force: thumbprint });
    expect(next).toMatchObject({ step: 'request', reason: 'forced' });
    await renewMessage(scene.app, message, 'first');
    await renewMessage(scene.app, message, 'second');
    expect(generationsOf(scene)).toHaveLength(2);
  });

  it('by force on one version renews once, however often it is asked for', async () => {
    const scene = await createScene(young());
    const [held] = await scene.entries('dps-1');
    const ask = () => askRenewal(scene.app, wish({ force: held?.thumbprint ?? '' }));
    const asked = await ask();
    if (asked.kind !== 'queued') throw new Error(asked.message);
    expect(asked.message).toEqual({ ...PLANT_A, force: held?.thumbprint });
    await renewMessage(scene.app, asked.message, 'first');
    expect(await ask()).toMatchObject({ kind: 'refused', reason: 'not-newest' });
    expect(generationsOf(scene)).toHaveLength(2);
  });

  it('takes a name in whatever case, and spells it as the vault does', async () => {
    const scene = await createScene(fleet());
    expect(await askRenewal(scene.app, wish({ ca: 'PLANT-A-CA' }))).toMatchObject({ kind: 'queued', message: PLANT_A });
  });

  it('finds the one in the vault that is named, where two hold the name', async () => {
    const scene = await createScene(twins());
    const { vaultUrl } = PLANT_A;
    expect(await askRenewal(scene.app, wish({ vaultUrl }))).toMatchObject({ kind: 'queued', message: PLANT_A });
  });
});

describe('asking for a CA is denied, and nothing is written,', () => {
  const kvTwin = 'https://kv-twin.vault.azure.net';
  const denials: [string, SeedInput, Parameters<typeof wish>[0], object][] = [
    [
      'where no vault holds it: the answer has those that were looked at',
      fleet(),
      { ca: 'plant-x-ca' },
      {
        kind: 'unknown',
        reason: 'unknown-ca',
        message:
          "No certificate 'plant-x-ca' is in https://kv-root.vault.azure.net or https://kv-fleet.vault.azure.net.",
      },
    ],
    [
      'where the vault is not configured',
      fleet(),
      { vaultUrl: kvTwin },
      {
        kind: 'unknown',
        reason: 'vault-not-configured',
        message: `KEY_VAULT_URLS does not list ${kvTwin}; it lists https://kv-root.vault.azure.net, https://kv-fleet.vault.azure.net.`,
      },
    ],
    [
      'where two vaults hold it',
      twins(),
      {},
      { kind: 'refused', reason: 'ambiguous', message: expect.stringContaining(`${PLANT_A.vaultUrl}, ${kvTwin}`) },
    ],
    ['where nobody manages it', fleet(), { ca: 'fleet-root' }, { kind: 'refused', reason: 'unmanaged' }],
    [
      'where it is paused',
      withCertificate(fleet(), 'plant-a-ca', { tags: { paused: 'true' } }),
      {},
      { kind: 'refused', reason: 'paused' },
    ],
    [
      'where a tag of it is wrong',
      withCertificate(fleet(), 'plant-a-ca', { tags: { overlap: 'a month' } }),
      {},
      { kind: 'refused', reason: 'bad-tag', message: expect.stringContaining('tag overlap') },
    ],
  ];
  it.each(denials)('%s', async (_, seed, given, denial) => {
    const scene = await createScene(seed);
    expect(await askRenewal(scene.app, wish(given))).toMatchObject(denial);
    expect(scene.calls.filter(isWrite)).toEqual([]);
  });

  it('in MODE=plan, without a look at anything', async () => {
    const scene = await createScene(fleet());
    const app = { ...scene.app, mode: 'plan' } as const;
    expect(await askRenewal(app, wish())).toMatchObject({ kind: 'refused', reason: 'plan-mode' });
    expect(scene.calls).toEqual([]);
  });

  it('by force, where nobody can issue it: asking would come to nothing', async () => {
    const scene = await createScene(young());
    const withoutRoot = new Map([...scene.app.ports.vaults].filter(([url]) => !url.includes('kv-root')));
    const app = { ...scene.app, ports: { ...scene.app.ports, vaults: withoutRoot } };
    expect(await askRenewal(app, wish({ force: true }))).toMatchObject({
      kind: 'refused',
      reason: 'issuer-not-in-vault',
    });
    expect(await askRenewal(app, wish())).toMatchObject({ kind: 'queued' });
  });

  it('by force, where no DPS can take what it would make', async () => {
    const scene = await createScene(young());
    scene.setState('dps-1', 'Suspended');
    expect(await askRenewal(scene.app, wish({ force: true }))).toMatchObject({
      kind: 'refused',
      reason: 'no-service-ready',
    });
  });

  it.each([
    ['its vault', {}, 'kv-fleet', /^Whether these hold .+kv-fleet.+connection lost.+ Ask again\.$/],
    ['another vault, which may hold the name too', {}, 'kv-root', /to have that one, name its vault\.$/],
    ['a DPS, which may hold it', {}, '/provisioningServices/', /connection lost.* Ask again\.$/],
  ])('for now, where %s cannot be read', async (_, given, part, message) => {
    const scene = await createScene(fleet());
    scene.intercept = (_method, path) => {
      if (path.includes(part)) throw new Error('connection lost');
    };
    expect(await askRenewal(scene.app, wish(given))).toMatchObject({
      kind: 'unreadable',
      reason: 'unreadable',
      message: expect.stringMatching(message),
    });
  });
});
