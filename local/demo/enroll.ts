import { sideBySide } from '../../shared/operations/side-by-side.ts';
import { counted } from '../terminal/layout.ts';
import type { RegisterDevice } from './device-client.ts';
import type { Device } from './devices.ts';
import { hubPicture, type Issuers, type Placed } from './hub-picture.ts';
import { type DeviceCertificate, type DeviceIssuer, issueDeviceCertificate } from './issue-device-certificate.ts';
import type { LinkedHub } from './read-hubs.ts';
import { functionEnded } from './scans.ts';
import type { Stage } from './stage.ts';

/** The devices of the demo as they are at the moment, by registrationId. */
export interface Crowd {
  readonly placed: Map<string, Placed>;
  readonly certificates: Map<string, DeviceCertificate>;
}

/** With what devices are enrolled. */
export interface Enrolling {
  readonly stage: Stage;
  readonly register: RegisterDevice;
  readonly crowd: Crowd;
  readonly hubs: readonly LinkedHub[];
  readonly issuers: Issuers;
}

/**
 * Gives devices certificates of a CA and has them register, a few at a time; shows on a terminal how hubs fill, and
 * then, when the app has kept what its webhook saw of each, how they stand.
 * @param notBefore of the certificates
 */
export async function enroll(
  { stage, register, crowd, hubs, issuers }: Enrolling,
  devices: readonly Device[],
  issuer: DeviceIssuer,
  notBefore: Date,
): Promise<void> {
  const { screen, book } = stage;
  const from = book.records.length;
  const picture = () => hubPicture([...crowd.placed.values()], hubs, issuers, screen.paint);
  const enrollOne = async ({ registrationId, dps }: Device) => {
    const certificate = await issueDeviceCertificate(registrationId, issuer, notBefore);
    const hub = await register(dps, certificate);
    crowd.certificates.set(registrationId, certificate);
    crowd.placed.set(registrationId, { registrationId, hub, issuer: issuer.thumbprint });
  };
  const all = async () => {
    await sideBySide(devices, enrollOne);
    await functionEnded(book, 'attest', from, devices.length);
  };
  await screen.watch(`${counted(devices.length, 'device')} on the way`, picture, all());
  stage.show(picture());
}
