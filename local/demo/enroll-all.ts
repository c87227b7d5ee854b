import { deviceClient } from './device-client.ts';
import { DEVICES } from './devices.ts';
import { issuerOf } from './due-ca.ts';
import { type Enrolling, enroll } from './enroll.ts';
import type { Generation } from './fleet.ts';
import { readHubs } from './read-hubs.ts';
import { type Scanned, scan } from './scans.ts';
import type { Stage } from './stage.ts';

const DAY_MS = 86_400_000;
/** So old are the certificates of the devices. */
const AGE_MS = 100 * DAY_MS;

const WEIGHTS =
  'plant-a-ca is paused to begin with (tag paused=true), so the app looks and does nothing; and it keeps the weights ' +
  "of the hubs at hand, since DPS's webhook has no time to ask for them.";
const DEVICES_TEXT =
  "Each has a certificate of plant-a-ca and registers with the device SDK's own client. DPS asks the app's webhook " +
  'which hub it goes to (POST /api/allocate). What DPS tells the webhook of the certificate is documented nowhere: ' +
  'this is what happens if it sends all of it. If it sends nothing, the old CA stays until it has expired. (A device is ' +
  'told to ask again after 3 s; that passes 100 times faster here.)';

/** The fleet as it was before: the app has looked once, and all devices are registered under the old CA. */
export async function enrollAll(stage: Stage, old: Generation): Promise<Enrolling & { readonly scanned: Scanned }> {
  const { azure, api, now } = stage;
  stage.chapter('A scan, fired by hand: POST /admin/functions/scan', WEIGHTS);
  const scanned = await scan(stage, 'until the scan has ended');

  stage.chapter(`${DEVICES.length} devices register`, DEVICES_TEXT);
  const enrolling = {
    stage,
    register: deviceClient(azure.emulator),
    crowd: { placed: new Map(), certificates: new Map() },
    hubs: await readHubs(api, azure.emulator),
    issuers: { old: old.thumbprint },
  };
  await enroll(enrolling, DEVICES, issuerOf(stage, old), new Date(now().getTime() - AGE_MS));
  return { ...enrolling, scanned };
}
