import { setTimeout as delay } from 'node:timers/promises';
import type { Straggler } from './device-checks.ts';
import { type Device, WAVES } from './devices.ts';
import { DUE, issuerOf, tag } from './due-ca.ts';
import { type Enrolling, enroll } from './enroll.ts';
import type { Generation } from './fleet.ts';
import type { DeviceCertificate } from './issue-device-certificate.ts';
import { readFleet } from './read-fleet.ts';
import { type Scanned, scan } from './scans.ts';

/** The demo's setting OVERLAP. */
export const OVERLAP_SECONDS = 2;
/** The services tell times to the second. */
const MARGIN_MS = 1_100;

/** What is to be done. */
export interface Move {
  readonly old: Generation;
  readonly fresh: Generation;
  /** When the overlap began, at the latest. */
  readonly since: Date;
}

/** What came of it. */
export interface Moved {
  readonly straggler: Straggler;
  /** The last certificate of the old CA, with its device. */
  readonly left: { readonly device: Device; readonly certificate: DeviceCertificate };
  readonly scans: readonly Scanned[];
}

/**
 * Gives devices certificates of the new CA in waves, with a scan after each, until none is left and the old CA goes.
 */
export async function moveDevices(enrolling: Enrolling, { old, fresh, since }: Move): Promise<Moved> {
  const { stage, crowd } = enrolling;
  const { azure, api, screen, now } = stage;
  const [first = [], second = [], third = []] = WAVES;
  const [device] = third;
  const certificate = device && crowd.certificates.get(device.registrationId);
  if (device === undefined || certificate === undefined)
    throw new Error('Cannot go on: no device is left for the last wave');
  const come = (wave: readonly Device[]) => enroll(enrolling, wave, issuerOf(stage, fresh), now());

  stage.chapter(
    `certificate_trusted: ${first.length} devices get certificates of the new CA`,
    'Whoever issues them pins a version of the CA, and changes over on that event.',
  );
  await come(first);
  stage.show(['']);
  const early = await scan(stage, 'until the scan has ended');

  stage.chapter(`${second.length} more; one is left`);
  await come(second);
  const rest = since.getTime() + OVERLAP_SECONDS * 1000 + MARGIN_MS - now().getTime();
  await screen.task(`the overlap: ${OVERLAP_SECONDS} s here, 30 days by default`, delay(Math.max(0, rest)));
  stage.chapter(
    'The overlap is over, and a scan is fired',
    `RETIRE=unused: the old CA goes from where every device has moved. An operator has looked in the warehouse, and has ` +
      `tagged the CA: stock-cleared=${old.thumbprint}.`,
  );
  await tag(stage, fresh, { 'stock-cleared': old.thumbprint });
  const waiting = await scan(stage, `until ${DUE} has settled`);
  const fleet = await readFleet(api, azure.emulator);
  const waits = waiting.settled?.waits ?? [];

  stage.chapter(`${device.registrationId} has moved, too`);
  await come(third);
  stage.show(['']);
  const last = await scan(stage, `until the old version of ${DUE} has retired`);
  const { registrationId, enrollment } = device;
  return {
    straggler: { registrationId, enrollment, fleet, waits },
    left: { device, certificate },
    scans: [early, waiting, last],
  };
}
