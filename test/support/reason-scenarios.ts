import { ServiceError } from '../../local/emulator/service.ts';
import type { Reason } from '../../shared/lifecycle/reasons.ts';
import type { App } from '../../shared/operations/app.ts';
import { renew } from '../../shared/operations/renew.ts';
import { renewMessage } from '../../shared/operations/renew-message.ts';
import { disableVersion, sendToVault } from './by-hand.ts';
import { withService, withVault } from './changed-ports.ts';
import { withCertificate, withDps, withEntries } from './changed-seed.ts';
import { fleet, generationsOf, PLANT_A } from './fleet.ts';
import { dpsId, vaultUrl } from './in-process-azure.ts';
import { newKey } from './key-vault-builders.ts';
import { onceBefore } from './once-before.ts';
import { plantCa } from './plant-ca.ts';
import { REFERENCE_SCENARIOS } from './reference-scenarios.ts';
import { ROOT, ROOT_CA, rooted } from './rooted.ts';
import { createScene, type Scene } from './scene.ts';

const CA = { vaultUrl: vaultUrl(PLANT_A.vault), name: PLANT_A.name };
const OUT_OF_VALIDITY = { notBefore: '-P730D', notAfter: '-P1D' };

/** Renews `PLANT_A` in a fleet, after something was done to it. */
async function renewed(
  seed = fleet(),
  before: (scene: Scene) => unknown = () => undefined,
  change: (scene: Scene) => App = ({ app }) => app,
): Promise<Scene> {
  const scene = await createScene(seed);
  await before(scene);
  await renew(change(scene), CA, 'r1');
  return scene;
}

async function rootRenewed(seed = rooted(), before: (scene: Scene) => unknown = () => undefined): Promise<Scene> {
  const scene = await createScene(seed);
  await before(scene);
  await renew(scene.app, ROOT_CA, 'r1');
  return scene;
}

const planted = (given: object) => withCertificate(fleet(), PLANT_A.name, given);

function lost(method: string, part: string) {
  return (scene: Scene) => {
    scene.intercept = (called, path) => {
      if (called === method && path.includes(part)) throw new Error('connection lost');
    };
  };
}

/** Somebody else's operation in the name of `PLANT_A`. */
function operation(issuer: 'Self' | 'Unknown', subject: string) {
  return async (scene: Scene) => {
    const key_props = { kty: 'EC', crv: 'P-256', exportable: false, reuse_key: false };
    const policy = { key_props, x509_props: { subject, key_usage: ['keyCertSign'] }, issuer: { name: issuer } };
    await sendToVault(scene, PLANT_A.vault, 'POST', `/certificates/${PLANT_A.name}/create`, { policy });
  };
}

/** A newer root with another key than the one that signed. */
const rekeyRoot = (scene: Scene) =>
  plantCa(scene, { vault: 'kv-root', name: 'fleet-root', subject: 'CN=Fleet Root, O=Contoso', validity: [-1, 5000] });

async function disableNewest(scene: Scene): Promise<void> {
  await disableVersion(scene, PLANT_A, generationsOf(scene).at(-1)?.version ?? '');
}

/** Two years of validity that have just begun: nothing is due. */
const FRESH = { notBefore: '-P30D', notAfter: 'P700D' };

/** An app whose vault signs another digest than the one it is given. */
const signsWrongly = (vault: string) => (scene: Scene) =>
  withVault(scene, vault, ({ sign }) => ({
    sign: (keyId, algorithm, digest) =>
      sign(
        keyId,
        algorithm,
        digest.map((octet) => octet ^ 1),
      ),
  }));

const clean = () => renewed();

/** For each reason one run of the app in a world where that is the reason for something. */
export const REASON_SCENARIOS: Partial<Record<Reason, () => Promise<Scene>>> = {
  ...REFERENCE_SCENARIOS,

  'window-open': clean,
  'request-pending': clean,
  'entry-missing': clean,
  'entry-unverified': clean,
  'issuer-renewed': () => renewed(planted(FRESH), rekeyRoot),
  'seed-left': () => rootRenewed(),
  'made-twice': () =>
    rootRenewed(rooted({ reuseKey: true }), async (scene) => {
      const privateKey = scene.vault(ROOT.vault).privateKeyOf(ROOT.name);
      for (let time = 0; time < 2; time += 1) {
        await plantCa(scene, { ...ROOT, subject: 'CN=Fleet Root, O=Contoso', privateKey, validity: [-1, 3650] });
      }
    }),

  'not-due': clean,
  settled: () => renewed(planted(FRESH)),
  'issuer-due': () => {
    const dueToo = withCertificate(fleet(), 'fleet-root', { notAfter: 'P50D', tags: { dps: 'dps-1' } });
    return renewed(
      dueToo,
      () => undefined,
      ({ app }) => ({ ...app, mode: 'plan' }),
    );
  },
  paused: () => renewed(planted({ tags: { paused: 'true' } })),
  'rolled-back': async () => {
    const scene = await renewed();
    await disableNewest(scene);
    await renew(scene.app, CA, 'r2');
    return scene;
  },
  'external-signature': () => renewed(planted({ tags: { issuer: 'external' } })),
  'plan-mode': () =>
    renewed(
      fleet(),
      () => undefined,
      ({ app }) => ({ ...app, mode: 'plan' }),
    ),
  'no-service-ready': () => renewed(fleet(), (scene) => scene.setState('dps-1', 'Suspended')),
  'operation-running': async () => {
    const scene = await createScene(fleet(), new Date(), { selfIssueDelayMs: 60_000 });
    await operation('Self', 'CN=Mine')(scene);
    await renew(scene.app, CA, 'r1');
    return scene;
  },
  'service-not-active': () => renewed(fleet({ services: 2 }), (scene) => scene.setState('dps-1', 'Suspended')),
  'service-unreadable': () => renewed(fleet({ services: 2 }), lost('GET', `${dpsId('dps-1').id}/certificates`)),
  'vault-unreadable': () => renewed(fleet(), lost('GET', '/pending')),

  'malformed-message': async () => {
    const scene = await createScene(fleet());
    await renewMessage(scene.app, { ca: 'plant-a-ca' }, 'r1');
    return scene;
  },
  'vault-not-configured': async () => {
    const scene = await createScene(fleet());
    await renew(scene.app, { ...CA, vaultUrl: vaultUrl('kv-stranger') }, 'r1');
    return scene;
  },
  'unknown-ca': () => renewed(fleet(), disableNewest),
  unmanaged: () => renewed(withDps(fleet(), 'dps-1', () => ({ certificates: [] }))),
  'bad-tag': () => renewed(planted({ tags: { paused: 'perhaps' } })),
  'version-unreadable': () =>
    renewed(fleet(), undefined, (scene) =>
      withVault(scene, PLANT_A.vault, ({ current }) => ({
        current: async (name) => {
          const read = await current(name);
          return read?.content && { ...read, content: { ...read.content, der: Uint8Array.of(0x30, 0x03, 1, 2, 3) } };
        },
      })),
    ),
  'unsupported-key': () =>
    renewed(fleet(), async (scene) => {
      const [root] = generationsOf(scene, { vault: 'kv-root', name: 'fleet-root' });
      const signer = { key: scene.vault('kv-root').privateKeyOf('fleet-root'), ...(root && { certificate: root.der }) };
      const privateKey = newKey({ kty: 'EC', crv: 'P-521' });
      await plantCa(scene, { ...PLANT_A, subject: 'CN=Plant A CA, OU=Línea 1, O=Contoso', signer, privateKey });
    }),
  'issuer-not-in-vault': () =>
    renewed(fleet(), (scene) => sendToVault(scene, 'kv-root', 'DELETE', '/certificates/fleet-root')),
  'issuer-first': () => renewed(withCertificate(fleet(), 'fleet-root', { notAfter: 'P65D' })),
  'issuer-unusable': () => rootRenewed(rooted({ notAfter: '-P1D', reuseKey: true })),
  'foreign-request': () => renewed(fleet(), operation('Unknown', 'CN=Mine')),
  // Deleted between the last look at it and the request.
  'name-deleted': () =>
    renewed(fleet(), (scene) =>
      onceBefore(
        scene,
        (_, path) => path.endsWith('/create'),
        () => sendToVault(scene, PLANT_A.vault, 'DELETE', `/certificates/${PLANT_A.name}`),
      ),
    ),
  'no-free-slot': () => renewed(withEntries(fleet(), 'dps-1', 25)),
  'generation-expired': () =>
    renewed(
      withDps(planted(OUT_OF_VALIDITY), 'dps-1', ({ certificates = [] }) => ({
        certificates: certificates.map((entry) => ({ ...entry, verified: false })),
      })),
      // Its successor is out of reach, so that it stays the newest.
      (scene) => sendToVault(scene, 'kv-root', 'DELETE', '/certificates/fleet-root'),
    ),
  'renewal-faulty': () => renewed(fleet(), undefined, signsWrongly('kv-root')),
  'possession-disproved': () =>
    renewed(fleet(), undefined, (scene) =>
      withService(scene, 'dps-1', ({ generateVerificationCode }) => ({
        generateVerificationCode: async (entry) => ({
          ...(await generateVerificationCode(entry)),
          code: 'the code of something else',
        }),
      })),
    ),
  forbidden: () =>
    renewed(fleet(), (scene) => {
      scene.intercept = (_, path) => {
        if (path.endsWith('/create')) throw new ServiceError('no permission to create', { status: 403 });
      };
    }),
};
