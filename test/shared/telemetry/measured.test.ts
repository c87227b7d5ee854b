import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../../local/emulator/service.ts';
import { METRIC_KINDS, type Metric } from '../../../shared/metrics.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { dpsId } from '../../support/in-process-azure.ts';
import { CA, later } from '../../support/moving.ts';
import { FRESH, PLANT_A_CA, plantA } from '../../support/planned-scene.ts';
import { plantCa } from '../../support/plant-ca.ts';
import { createScene, type Scene } from '../../support/scene.ts';
import { afterOverlap, record, register } from '../operations/evidence-scene.ts';

const DPS_FLEET = dpsId('dps-fleet').id;
const PLANT_A = { ca: PLANT_A_CA.name, vault: PLANT_A_CA.vaultUrl };
const DAY_S = 86_400;

/** The app of a scene, with what it measures. */
function measuring({ app }: Scene) {
  const metrics: Metric[] = [];
  const ports = { ...app.ports, measure: (metric: Metric) => void metrics.push(metric) };
  const values = (name: Metric['name'], of: Metric['dimensions'] = {}) =>
    metrics.flatMap((metric) =>
      metric.name === name && Object.entries(of).every(([key, value]) => metric.dimensions[key] === value)
        ? metric.value
        : [],
    );
  return { app: { ...app, ports }, metrics, values };
}

describe('a scan measures', () => {
  it('when each CA expires and when its renewal window opens, in Unix seconds, also where it has opened long ago', async () => {
    const scene = await createScene(plantA(FRESH));
    const { app, values } = measuring(scene);
    const now = Math.floor(scene.clock.now.getTime() / 1000);
    await scan(app);
    // 20% of 730 days before day 720, as in the plan.
    expect(values('ca_certificate_not_after_timestamp_seconds', PLANT_A)).toEqual([now + 720 * DAY_S]);
    expect(values('ca_certificate_renewal_timestamp_seconds', PLANT_A)).toEqual([now + 574 * DAY_S]);
    scene.clock.now = new Date((now + 700 * DAY_S) * 1000);
    await scan(app);
    expect(values('ca_certificate_renewal_timestamp_seconds', PLANT_A)).toEqual([now + 574 * DAY_S, now + 574 * DAY_S]);
  });

  it('who refers to which generation in which DPS, and whether it is verified', async () => {
    const scene = await createScene();
    const { app, values, metrics } = measuring(scene);
    await scan(app);
    const newest = { ...PLANT_A, dps: DPS_FLEET, generation: 'newest' };
    expect(values('enrollments_per_generation', newest)).toEqual([3]);
    expect(values('ca_certificate_verified', newest)).toEqual([1]);
    expect(
      metrics.filter(({ name }) => name === 'ca_certificate_verified').map(({ dimensions }) => dimensions.ca),
    ).toEqual(['plant-a-ca', 'plant-b-ca']);
  });

  it('what is proved of the devices of an older generation that goes by evidence', async () => {
    const scene = await afterOverlap();
    await register(scene, 'pump-1', 0);
    await register(scene, 'pump-2', 1);
    await register(scene, 'pump-3', 1);
    record(scene, 'pump-4');
    const { app, metrics, values } = measuring(scene);
    await scan(app);
    const older = { ca: CA.name, vault: CA.vaultUrl, dps: dpsId('dps-1').id, generation: 'older' };
    const states = ['moved', 'old', 'unknown'].map((state) => values('devices_per_generation', { ...older, state }));
    expect(states).toEqual([[2], [1], [1]]);
    expect(metrics.filter(({ name }) => name === 'devices_per_generation')).toHaveLength(3);
  });

  it("of a device's own certificate when it expires, and no renewal window: nothing here is late with it", async () => {
    const certificate = { name: 'press-1', subject: 'CN=press-1', key: 'P-256', ca: false } as const;
    const press = { vault: 'kv-fleet', name: 'press-1' };
    const scene = await createScene({
      version: 1,
      vaults: [{ name: press.vault, certificates: [{ ...certificate, notBefore: '-P300D', notAfter: 'P10D' }] }],
      provisioningServices: [
        { name: 'dps-1', individualEnrollments: [{ id: 'press-1', clientCertificates: { primary: press } }] },
      ],
    });
    later(scene, 1);
    await plantCa(scene, { ...press, subject: certificate.subject, ca: false, validity: [-100, 5] });
    const { app, values } = measuring(scene);
    await scan(app);
    expect(values('ca_certificate_not_after_timestamp_seconds', { ca: 'press-1' })).toHaveLength(1);
    expect(values('ca_certificate_renewal_timestamp_seconds', { ca: 'press-1' })).toEqual([]);
  });

  it('itself, unless it could not read everything', async () => {
    const scene = await createScene();
    const { app, values } = measuring(scene);
    await scan(app);
    expect(values('scan_last_success_timestamp_seconds')).toEqual([Math.floor(scene.clock.now.getTime() / 1000)]);
    scene.intercept = (_, path) => {
      if (path.startsWith(DPS_FLEET)) throw new ServiceError('down', { status: 503 });
    };
    await scan(app).catch(() => undefined);
    expect(values('scan_last_success_timestamp_seconds')).toHaveLength(1);
  });
});

describe('a renewal measures', () => {
  it('each of its steps, and itself once', async () => {
    const scene = await createScene();
    const { app, metrics, values } = measuring(scene);
    await renew(app, PLANT_A_CA, 'r1');
    const steps = metrics.filter(({ name }) => name === 'renewal_step_duration_ms');
    expect(steps.map(({ dimensions }) => dimensions.step)).toEqual(
      scene.events.flatMap((event) => (event.event === 'renewal_settled' ? event.steps : [])),
    );
    expect(steps.map(({ dimensions }) => dimensions.renewalId)).toEqual(steps.map(() => 'r1'));
    expect(steps.find(({ dimensions }) => dimensions.step === 'upload')?.dimensions.dps).toBe(DPS_FLEET);
    expect(values('renewal_attempts', { ...PLANT_A, renewalId: 'r1', outcome: 'finished' })).toEqual([1]);
  });

  it('a step that fails, and that the run has failed', async () => {
    const scene = await createScene();
    const { app, values } = measuring(scene);
    scene.intercept = (method, path) => {
      if (method === 'POST' && path.endsWith('/create')) throw new ServiceError('down', { status: 503 });
    };
    await expect(renew(app, PLANT_A_CA, 'r1')).rejects.toThrow();
    expect(values('renewal_step_duration_ms', { step: 'request' })).toHaveLength(1);
    expect(values('renewal_attempts', { outcome: 'failed' })).toEqual([1]);
  });

  it('says in every event which renewal it belongs to', async () => {
    const scene = await createScene();
    await renew(scene.app, PLANT_A_CA, 'r1');
    expect(scene.events.map((event) => event.event)).toContain('certificate_trusted');
    expect(scene.events.filter((event) => !('renewalId' in event && event.renewalId === 'r1'))).toEqual([]);
  });
});

it('every metric that there is has its row in docs/telemetry.md', async () => {
  const { readFileSync } = await import('node:fs');
  const page = readFileSync(new URL('../../../docs/telemetry.md', import.meta.url), 'utf8');
  for (const name of Object.keys(METRIC_KINDS)) expect(page).toMatch(new RegExp(`^\\| \`${name}\``, 'm'));
});
