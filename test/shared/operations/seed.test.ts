import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { sendToVault } from '../../support/by-hand.ts';
import { withPauses, withVault } from '../../support/changed-ports.ts';
import { generationsOf } from '../../support/fleet.ts';
import { isWrite } from '../../support/is-write.ts';
import { ROOT, ROOT_CA, rooted, rootRenewed, rootState } from '../../support/rooted.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const MINUTE_MS = 60_000;
const creates = (scene: Scene) => scene.calls.filter(({ path }) => path.endsWith('/create'));
const later = (scene: Scene, minutes: number) => {
  scene.clock.now = new Date(scene.clock.now.getTime() + minutes * MINUTE_MS);
};

/** A second version that signed itself, as a renewal that raced would have left it. */
async function makeSecondSeed(scene: Scene): Promise<void> {
  const policy = {
    key_props: { kty: 'EC', crv: 'P-256', exportable: false, reuse_key: false },
    x509_props: { subject: 'CN=Fleet Root, O=Contoso', key_usage: ['keyCertSign'] },
    issuer: { name: 'Self' },
  };
  await sendToVault(scene, ROOT.vault, 'POST', `/certificates/${ROOT.name}/create`, { policy });
  await sendToVault(scene, ROOT.vault, 'GET', `/certificates/${ROOT.name}/pending`);
}

describe('a seed that Key Vault takes its time over', () => {
  it('is waited for: every ten seconds, for the 137 that an EC key has been seen to take', async () => {
    const scene = await createScene(rooted(), new Date(), { selfIssueDelayMs: 137_000 });
    const pauses: number[] = [];
    const app = withPauses(scene, (milliseconds) => pauses.push(milliseconds));
    await renew(app, ROOT_CA, 'r1');
    expect(pauses).toEqual(Array.from({ length: 14 }, () => 10_000));
    expect(await rootState(scene)).toEqual(rootRenewed('new'));
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
  });

  it('is left to the next message after four minutes, with a transient error; then it is used, and no other made', async () => {
    const scene = await createScene(rooted(), new Date(), { selfIssueDelayMs: 10 * MINUTE_MS });
    const app = withPauses(scene);
    await expect(renew(app, ROOT_CA, 'r1')).rejects.toThrow("Key Vault is still making a version of 'fleet-root'");
    expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);

    await renew(app, ROOT_CA, 'r2');
    expect(scene.events.at(-1)).toMatchObject({
      event: 'renewal_settled',
      steps: [],
      waits: [{ lane: 'vault', reason: 'operation-running' }, { reason: 'settled' }],
    });
    // Nobody works on it, and it does not settle: should that last, somebody must hear of it.
    await scan(app);
    expect(scene.events.at(-1)).toMatchObject({ failures: [{ message: expect.stringContaining("'Self'") }] });
    expect(creates(scene)).toHaveLength(1);

    later(scene, 10);
    await renew(app, ROOT_CA, 'r3');
    expect(await rootState(scene)).toEqual(rootRenewed('new'));
    expect(creates(scene)).toHaveLength(2);
  });

  it('is an error where the operation comes to nothing', async () => {
    const scene = await createScene(rooted(), new Date(), { selfIssueDelayMs: MINUTE_MS });
    const app = withVault(scene, ROOT.vault, () => ({ pendingRequest: async () => undefined }));
    await expect(renew(app, ROOT_CA, 'r1')).rejects.toThrow("Key Vault has made no version of 'fleet-root'");
    expect(generationsOf(scene, ROOT)).toHaveLength(1);
  });
});

describe('two seeds, of renewals that raced', () => {
  it('are both disabled in the end, and the newer one lent its key', async () => {
    const scene = await createScene(rooted({ tags: { 'renew-key': 'new' } }));
    await makeSecondSeed(scene);
    await makeSecondSeed(scene);
    await renew(scene.app, ROOT_CA, 'r1');
    const versions = generationsOf(scene, ROOT);
    expect(versions.map(({ enabled }) => enabled)).toEqual([true, false, false, true]);
    const keys = versions.map(({ der }) => new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' }));
    expect(keys[3]).toEqual(keys[2]);
    expect(await scan(scene.app)).toEqual([]);
  });

  it('of which one was made after all is done: it is disabled, and nothing is signed with it', async () => {
    const scene = await createScene(rooted());
    await renew(scene.app, ROOT_CA, 'r1');
    await makeSecondSeed(scene);
    scene.calls.length = 0;
    expect(await scan(scene.app)).toEqual([ROOT_CA]);
    await renew(scene.app, ROOT_CA, 'r2');
    expect(scene.events.at(-1)).toMatchObject({ steps: ['tidy'] });
    expect(generationsOf(scene, ROOT).map(({ enabled }) => enabled)).toEqual([true, false, true, false]);
    expect(scene.calls.filter(({ path }) => path.endsWith('/sign'))).toEqual([]);
    expect(await rootState(scene)).toMatchObject({ reuseKey: false, pending: undefined });
  });
});

describe('a seed', () => {
  it('is never the CA itself, which a stale answer shows in its place', async () => {
    const scene = await createScene(rooted());
    let stale = 0;
    const app = withVault(scene, ROOT.vault, (vault) => {
      let before: Awaited<ReturnType<typeof vault.current>>;
      return {
        createSeed: async (...given) => {
          before = await vault.current(ROOT.name);
          stale = 1;
          return vault.createSeed(...given);
        },
        current: async (name) => {
          stale -= 1;
          return stale === 0 ? before : vault.current(name);
        },
      };
    });
    await renew(app, ROOT_CA, 'r1');
    expect(stale).toBeLessThanOrEqual(0);
    const [former] = generationsOf(scene, ROOT);
    expect(former).toMatchObject({ enabled: true });
    const enabled = generationsOf(scene, ROOT).filter((version) => version.enabled);
    expect(enabled.map(({ der }) => new X509Certificate(der).ca)).toEqual([true, true]);
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
  });
});

describe('a renewal that is overtaken', () => {
  const CALLS = ['setTags', 'createSeed', 'createRequest', 'sign', 'merge', 'restorePolicy', 'disable'] as const;

  it.each(CALLS)('at its %s makes no second generation, and alarms nobody', async (at) => {
    const scene = await createScene(rooted());
    let first = true;
    const app = withVault(scene, ROOT.vault, (vault) => {
      async function overtaken<T>(call: (typeof CALLS)[number], work: () => Promise<T>): Promise<T> {
        if (first && call === at) {
          first = false;
          await renew(scene.app, ROOT_CA, 'faster');
        }
        return work();
      }
      return {
        setTags: (...given) => overtaken('setTags', () => vault.setTags(...given)),
        createSeed: (...given) => overtaken('createSeed', () => vault.createSeed(...given)),
        createRequest: (...given) => overtaken('createRequest', () => vault.createRequest(...given)),
        sign: (...given) => overtaken('sign', () => vault.sign(...given)),
        merge: (...given) => overtaken('merge', () => vault.merge(...given)),
        restorePolicy: (...given) => overtaken('restorePolicy', () => vault.restorePolicy(...given)),
        disable: (...given) => overtaken('disable', () => vault.disable(...given)),
      };
    });
    await renew(app, ROOT_CA, 'slower');
    expect(first).toBe(false);
    const enabled = generationsOf(scene, ROOT).filter((version) => version.enabled);
    expect(enabled.map(({ der }) => new X509Certificate(der).ca)).toEqual([true, true]);
    expect(await rootState(scene)).toMatchObject({ verified: [true, true], reuseKey: false, pending: undefined });
    expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled', renewalId: 'slower' });
    expect(await scan(scene.app)).toEqual([]);
  });
});

describe('a request for a version that has come into being since the versions were read', () => {
  it('is not judged by what was read before: everything is read once more', async () => {
    const scene = await createScene(rooted());
    let read = false;
    const app = withVault(scene, ROOT.vault, (vault) => ({
      // Between the two reads another renewal makes its seed and its request, and breaks off.
      pendingRequest: async (name) => {
        if (!read) {
          read = true;
          scene.intercept = (_, path) => {
            if (path.endsWith('/sign')) throw new Error('connection lost');
          };
          await renew(scene.app, ROOT_CA, 'faster').catch(() => undefined);
          scene.intercept = () => undefined;
        }
        return vault.pendingRequest(name);
      },
    }));
    await renew(app, ROOT_CA, 'slower');
    expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled', renewalId: 'slower' });
    expect(await rootState(scene)).toEqual(rootRenewed('new'));
  });
});

describe('an expired root', () => {
  it.each([{}, { reuseKey: true, tags: { 'renew-key': 'new' } }])(
    'that gets a new key is renewed all the same, signed by that one: %j',
    async (given) => {
      const scene = await createScene(rooted({ notAfter: '-P1D', ...given }));
      expect(await scan(scene.app)).toEqual([ROOT_CA]);
      await renew(scene.app, ROOT_CA, 'r1');
      expect(await rootState(scene)).toEqual({ ...rootRenewed('new'), reuseKey: 'reuseKey' in given });
    },
  );

  it.each([{ reuseKey: true }, { tags: { 'renew-key': 'same' } }])(
    'that keeps its key is refused, and nothing is asked for: that key cannot sign any more: %j',
    async (given) => {
      const scene = await createScene(rooted({ notAfter: '-P1D', ...given }));
      expect(await scan(scene.app)).toEqual([]);
      await renew(scene.app, ROOT_CA, 'r1');
      expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toMatchObject([
        { reason: 'issuer-unusable', message: expect.stringContaining('fleet-root, valid ') },
      ]);
      expect(scene.calls.filter(isWrite)).toEqual([]);
    },
  );
});
