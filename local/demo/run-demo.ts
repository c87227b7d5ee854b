import { type Check, check } from './checks.ts';
import { requestsOf, speedUp, violationsOf } from './control.ts';
import { checkDevices } from './device-checks.ts';
import { DEVICES } from './devices.ts';
import { DUE, ISSUER, newestOf } from './due-ca.ts';
import { enrollAll } from './enroll-all.ts';
import { moveDevices } from './move-devices.ts';
import { readFleet } from './read-fleet.ts';
import { readRegistrations } from './read-registrations.ts';
import { renewCa } from './renew-ca.ts';
import { checkSection, fleetSection } from './sections.ts';
import { createStage, type Stage, type StageParts } from './stage.ts';

/** DPS tells a device to ask again after 3 seconds; here its waits pass so many times faster. */
const PACE = 100;

/**
 * The story of the demo: the fleet before, its devices, a renewal, devices that move to the new CA in waves, the old CA
 * that leaves when the last has moved, and whether all is as it should be. Returns the checks. Rejects if the story
 * breaks off.
 */
export async function runDemo(parts: StageParts): Promise<readonly Check[]> {
  const stage = createStage(parts);
  try {
    return await tell(stage);
  } finally {
    stage.close();
  }
}

async function tell(stage: Stage): Promise<readonly Check[]> {
  const { azure, api, screen, now } = stage;
  await speedUp(azure, PACE);
  const before = await readFleet(api, azure.emulator);
  const old = newestOf(before);
  stage.chapter("Before, as the services' APIs tell it");
  stage.show(fleetSection(before, now(), screen.paint));

  const enrolled = await enrollAll(stage, old);
  const first = await readRegistrations(api, azure.emulator, DEVICES);
  const renewed = await renewCa(stage, before, old);
  const fresh = newestOf(renewed.fleet);
  const enrolling = { ...enrolled, issuers: { old: old.thumbprint, fresh: fresh.thumbprint } };
  const moved = await moveDevices(enrolling, { old, fresh, since: renewed.at });

  const after = await readFleet(api, azure.emulator);
  stage.chapter('After (- is gone, ~ changed)');
  stage.show(fleetSection(after, now(), screen.paint, renewed.fleet));
  const last = await readRegistrations(api, azure.emulator, DEVICES);
  const { device, certificate } = moved.left;
  const refusal = await enrolled.register(device.dps, certificate).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  const violations = await violationsOf(azure);
  const requests = await requestsOf(azure);
  const { secondScan } = renewed;
  const checks = [
    ...check({ due: DUE, issuer: ISSUER, before, renewed: renewed.fleet, after, secondScan, requests, violations }),
    ...checkDevices({
      devices: DEVICES,
      hubs: enrolled.hubs,
      old,
      fresh,
      first,
      last,
      certificates: enrolled.crowd.certificates,
      straggler: moved.straggler,
      refusal,
      calls: [enrolled.scanned, renewed.scanned, ...moved.scans].map(({ calls }) => calls),
    }),
  ];
  stage.chapter("Checked against the services' APIs");
  stage.show(checkSection(checks, screen.paint));
  return checks;
}
