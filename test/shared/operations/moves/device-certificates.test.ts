import { describe, expect, it } from 'vitest';
import { plan } from '../../../../shared/operations/plan.ts';
import { scan } from '../../../../shared/operations/scan.ts';
import { disableVersion } from '../../../support/by-hand.ts';
import { vaultUrl } from '../../../support/in-process-azure.ts';
import { isWrite } from '../../../support/is-write.ts';
import { enrolled, eventsNamed, later, liveThrough, operatorOf, turn, VAULT } from '../../../support/moving.ts';
import { plantCa } from '../../../support/plant-ca.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

const PRESS = { vault: VAULT, name: 'press-1', subject: 'CN=press-1' } as const;

/** A device whose own certificate is in the vault, self-signed, with 100 days left; its enrollment embeds that. */
function press(): Promise<Scene> {
  const { name, subject } = PRESS;
  const validity = { notBefore: '-P300D', notAfter: 'P100D' };
  return createScene({
    version: 1,
    vaults: [{ name: VAULT, certificates: [{ name, subject, key: 'P-256', ca: false, ...validity }] }],
    provisioningServices: [
      {
        name: 'dps-1',
        individualEnrollments: [{ id: 'press-1', clientCertificates: { primary: { vault: VAULT, name } } }],
      },
    ],
  });
}

/** A newer version of it, with another key, valid for so many days. */
function renewed(scene: Scene, days: number, subject: string = PRESS.subject) {
  return plantCa(scene, { ...PRESS, subject, ca: false, validity: [-0.01, days] });
}

/** The thumbprints that the enrollment embeds. */
async function embedded(scene: Scene) {
  const { 'press-1': x509 } = await operatorOf(scene).references();
  const { primary, secondary } = (x509 as { clientCertificates: Record<string, unknown> }).clientCertificates;
  const print = (slot: unknown) => (slot as { info?: { sha1Thumbprint?: string } } | null)?.info?.sha1Thumbprint;
  return { primary: print(primary), secondary: print(secondary) };
}

async function thumbprints(scene: Scene): Promise<readonly (string | undefined)[]> {
  const versions = await scene.app.ports.vaults.get(vaultUrl(VAULT))?.versions(PRESS.name);
  return versions?.map(({ thumbprint }) => thumbprint) ?? [];
}

describe('the certificate of a single device, kept in a vault', () => {
  it('is not managed while its enrollment embeds the current version: there is nothing to do', async () => {
    const scene = await press();
    expect(await scan(scene.app)).toEqual([]);
    expect(eventsNamed(scene, 'scan_completed')).toMatchObject([{ managed: 0, failures: [] }]);
  });

  it('is followed by its enrollment to a newer version, and the older leaves once it has expired', async () => {
    const scene = await press();
    const [old] = await thumbprints(scene);
    later(scene, 1);
    await renewed(scene, 400);
    const [fresh] = await thumbprints(scene);
    const before = scene.calls.length;
    await turn(scene);
    expect(await embedded(scene)).toEqual({ primary: fresh, secondary: old });
    const writes = scene.calls.slice(before).filter(isWrite);
    expect(writes.map(({ path }) => path)).toEqual([expect.stringContaining('/enrollments/press-1')]);
    expect(eventsNamed(scene, 'certificate_trusted')).toMatchObject([{ ca: 'press-1', thumbprint: fresh }]);
    expect(eventsNamed(scene, 'renewal_settled').at(-1)?.waits).toContainEqual(
      expect.objectContaining({ lane: 'vault', reason: 'device-certificate' }),
    );
    await liveThrough(scene, 102);
    expect(await embedded(scene)).toEqual({ primary: fresh, secondary: undefined });
    expect(eventsNamed(scene, 'enrollment_moved')).toMatchObject([{ step: 'move' }, { step: 'retire' }]);
    // Its own validity is never the app's to mind: nothing was asked of the vault in all that time.
    expect(scene.calls.filter((call) => isWrite(call) && call.path.includes('/certificates/'))).toEqual([]);
    expect(eventsNamed(scene, 'scan_completed').at(-1)).toMatchObject({ managed: 0, failures: [] });
    expect(scene.violations()).toEqual([]);
  });

  it('with another common name is refused: DPS would take the device for another one', async () => {
    const scene = await press();
    const [old] = await thumbprints(scene);
    later(scene, 1);
    await renewed(scene, 400, 'CN=press-2');
    await turn(scene);
    expect(await embedded(scene)).toEqual({ primary: old, secondary: undefined });
    expect(eventsNamed(scene, 'renewal_refused')).toMatchObject([{ ca: 'press-1', reason: 'common-name-differs' }]);
  });

  it('goes back to the version before where somebody disables the newer one during the overlap', async () => {
    const scene = await press();
    const [old] = await thumbprints(scene);
    later(scene, 1);
    const { version } = await renewed(scene, 400);
    await turn(scene);
    await disableVersion(scene, PRESS, version);
    later(scene, 1);
    await turn(scene);
    expect(await embedded(scene)).toEqual({ primary: old, secondary: undefined });
    expect(scene.violations()).toEqual([]);
  });

  it('is in the plan for as long as it moves, with nothing foretold of a renewal', async () => {
    const scene = await press();
    later(scene, 1);
    await renewed(scene, 30);
    const { cas, obstacles } = await plan(scene.app);
    expect(cas).toMatchObject([
      {
        ca: { name: 'press-1' },
        next: [
          { lane: 'vault', reason: 'device-certificate' },
          { step: 'move', reason: 'reference-behind' },
        ],
      },
    ]);
    expect(cas[0]?.dates.map(({ what }) => what)).not.toContain('window-opens');
    expect(obstacles).toEqual([]);
  });
});

describe('a CA that only an individual enrollment embeds', () => {
  it('is managed for that', async () => {
    const embeds = { clientCertificates: { primary: { vault: VAULT, name: 'plant-a-ca' } } };
    const seed = enrolled([{ individualEnrollments: [{ id: 'press-1', ...embeds }] }]);
    const services = seed.provisioningServices.map((service) => ({
      ...service,
      certificates: (service.certificates ?? []).filter(({ name }) => name === 'old-root'),
    }));
    const scene = await createScene({ ...seed, provisioningServices: services });
    await turn(scene);
    const [fresh, old] = (await scene.app.ports.vaults.get(vaultUrl(VAULT))?.versions('plant-a-ca')) ?? [];
    expect(await embedded(scene)).toEqual({ primary: fresh?.thumbprint, secondary: old?.thumbprint });
  });
});
