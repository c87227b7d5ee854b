import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { holding, plantEntry, SYMMETRIC, trusting } from '../enrollments/build-data-plane.ts';
import { buildCertificate, buildDevices, DAY_MS, type DevicesUnderTest, type Identity, NOW } from './build-devices.ts';

// root ─ intermediate ─ leaf (dev-1); the root renewed with its key; one of its name and one of its key.
let root: Identity;
let renewedRoot: Identity;
let namesake: Identity;
let renamedRoot: Identity;
let intermediate: Identity;
let leaf: Identity;
let devices: DevicesUnderTest;

beforeAll(async () => {
  root = await buildCertificate({ subject: 'CN=Root' });
  renewedRoot = await buildCertificate({ subject: 'CN=Root', key: root.key, notAfter: later(90) });
  renamedRoot = await buildCertificate({ subject: 'CN=Root 2', key: root.key });
  namesake = await buildCertificate({ subject: 'CN=Root' });
  intermediate = await buildCertificate({ subject: 'CN=Intermediate', issuer: root });
  leaf = await buildCertificate({ subject: 'CN=dev-1', issuer: intermediate, ca: false });
});

beforeEach(() => {
  devices = buildDevices();
});

function later(days: number): Date {
  return new Date(NOW.getTime() + days * DAY_MS);
}

/** The group or individual enrollment by which a device comes in, or the sentence that it is refused with. */
async function comesInBy(id: string, ...certificates: Identity[]): Promise<string> {
  const answer = await devices.begin(id, { certificates });
  if (answer.status !== 202) {
    expect(answer).toMatchObject({ status: 401, body: { errorCode: 401002 } });
    return (answer.body as { message: string }).message;
  }
  const { registrationState } = await devices.register(id, { certificates });
  const { enrollmentGroupId } = registrationState.x509 as { enrollmentGroupId?: string };
  return enrollmentGroupId ?? 'individual';
}

describe('a device with a certificate', () => {
  it('comes in by the group that names a verified entry above it, by name and signature', async () => {
    plantEntry(devices.dps, 'ca', root);
    devices.enroll('group', 'by-root', trusting('CA'));
    expect(await comesInBy('dev-1', leaf, intermediate, root)).toBe('by-root');
  });

  it('need not send what the DPS holds, but all that lies below it, in whatever order', async () => {
    plantEntry(devices.dps, 'ca', root);
    devices.enroll('group', 'by-root', trusting('ca'));
    expect(await comesInBy('dev-1', leaf, intermediate)).toBe('by-root');
    expect(await comesInBy('dev-1', leaf, root, intermediate)).toBe('by-root');
    expect(await comesInBy('dev-1', leaf)).toBe('CA certificate not found.');
  });

  it.each([
    ['an entry that is not verified', () => plantEntry(devices.dps, 'ca', root, false)],
    ['an entry of the same name with another key', () => plantEntry(devices.dps, 'ca', namesake)],
    ['an entry of the same key with another name', () => plantEntry(devices.dps, 'ca', renamedRoot)],
  ])('is refused by %s', async (_, plant) => {
    plant();
    devices.enroll('group', 'g', trusting('ca'));
    expect(await comesInBy('dev-1', leaf, intermediate, root)).toBe('CA certificate not found.');
  });

  it('is refused where no enrollment names the entry', async () => {
    plantEntry(devices.dps, 'ca', root);
    plantEntry(devices.dps, 'other', namesake);
    devices.enroll('group', 'g', trusting('other'));
    expect(await comesInBy('dev-1', leaf, intermediate, root)).toBe('CA certificate not found.');
  });

  it('comes in by either slot, and by either generation of a CA that kept its key', async () => {
    plantEntry(devices.dps, 'new', renewedRoot);
    devices.enroll('group', 'g', trusting(null, 'new'));
    expect(await comesInBy('dev-1', leaf, intermediate, root)).toBe('g');
    devices.setNow(later(30));
    const young = await buildCertificate({
      subject: 'CN=dev-1',
      issuer: renewedRoot,
      ca: false,
      notAfter: later(60),
    });
    expect(await comesInBy('dev-1', young)).toBe('g');
  });

  it('comes in by the group of the nearest CA certificate, and is blocked if that is disabled', async () => {
    plantEntry(devices.dps, 'root', root);
    plantEntry(devices.dps, 'intermediate', intermediate);
    devices.enroll('group', 'far', trusting('root'));
    expect(await comesInBy('dev-1', leaf, intermediate)).toBe('far');
    devices.enroll('group', 'near', trusting('intermediate'));
    expect(await comesInBy('dev-1', leaf, intermediate)).toBe('near');
    devices.enroll('group', 'near', { ...trusting('intermediate'), provisioningStatus: 'disabled' });
    expect(await comesInBy('dev-1', leaf, intermediate)).toBe('Unauthorized');
  });

  it('comes in by a group that holds the intermediate, if a verified entry is above that', async () => {
    devices.enroll('group', 'g', holding('signingCertificates', intermediate));
    expect(await comesInBy('dev-1', leaf)).toBe('CA certificate not found.');
    plantEntry(devices.dps, 'ca', root);
    expect(await comesInBy('dev-1', leaf)).toBe('g');
    expect(await comesInBy('dev-1', leaf, intermediate, root)).toBe('g');
  });

  it('comes in by an individual enrollment that holds its certificate, with no CA at all', async () => {
    devices.enroll('individual', 'dev-1', holding('clientCertificates', leaf));
    expect(await comesInBy('DEV-1', leaf)).toBe('individual');
  });

  it('comes in by an individual enrollment that names a verified entry above it', async () => {
    plantEntry(devices.dps, 'ca', root);
    devices.enroll('individual', 'dev-1', trusting('ca'));
    expect(await comesInBy('dev-1', leaf, intermediate)).toBe('individual');
  });

  it.each([
    ['is disabled', () => ({ ...holding('clientCertificates', leaf), provisioningStatus: 'disabled' })],
    ['holds another certificate', () => holding('clientCertificates', intermediate)],
    ['is for symmetric keys', () => SYMMETRIC],
  ])('comes in by no group where its individual enrollment %s', async (_, record) => {
    plantEntry(devices.dps, 'ca', root);
    devices.enroll('group', 'g', trusting('ca'));
    expect(await comesInBy('dev-1', leaf, intermediate)).toBe('g');
    devices.enroll('individual', 'dev-1', record());
    expect(await comesInBy('dev-1', leaf, intermediate)).toBe('Unauthorized');
  });

  it('is refused under another id than its common name, in which case makes no difference', async () => {
    plantEntry(devices.dps, 'ca', root);
    devices.enroll('group', 'g', trusting('ca'));
    expect(await comesInBy('dev-2', leaf, intermediate)).toBe('Invalid certificate');
    expect(await comesInBy('Dev-1', leaf, intermediate)).toBe('g');
  });

  it('is refused without any certificate', async () => {
    expect(await comesInBy('dev-1')).toBe('Unauthorized');
  });

  it('cannot vouch for another device: what is not a CA has issued nothing', async () => {
    plantEntry(devices.dps, 'ca', root);
    devices.enroll('group', 'g', trusting('ca'));
    const forged = await buildCertificate({ subject: 'CN=dev-2', issuer: leaf, ca: false });
    expect(await comesInBy('dev-2', forged, leaf, intermediate, root)).toBe('CA certificate not found.');
  });
});

describe('validity, by the clock of the emulator', () => {
  beforeEach(() => {
    plantEntry(devices.dps, 'ca', root);
    devices.enroll('group', 'g', trusting('ca'));
  });

  // Certificates of this test begin a day before NOW, and end at 2022-05-06T17:50:01Z.
  it.each([
    ['at the last moment of it', new Date('2022-05-06T17:50:01Z'), 'g'],
    ['after it', new Date('2022-05-06T17:50:02Z'), 'Invalid certificate'],
    ['before it', later(-2), 'Invalid certificate'],
  ])('of the device: %s', async (_, now, expected) => {
    devices.setNow(now);
    expect(await comesInBy('dev-1', leaf, intermediate)).toBe(expected);
  });

  it('of an intermediate and of the entry', async () => {
    const lasting = { notAfter: later(90) };
    const longLeaf = await buildCertificate({ subject: 'CN=dev-1', issuer: intermediate, ca: false, ...lasting });
    expect(await comesInBy('dev-1', longLeaf, intermediate)).toBe('g');
    devices.setNow(later(30));
    expect(await comesInBy('dev-1', longLeaf, intermediate)).toBe('CA certificate not found.');
    // The chain may go another way, by certificates of the same keys that are still valid.
    const longIntermediate = await buildCertificate({
      subject: 'CN=Intermediate',
      issuer: root,
      key: intermediate.key,
      ...lasting,
    });
    expect(await comesInBy('dev-1', longLeaf, longIntermediate)).toBe('CA certificate not found.');
    plantEntry(devices.dps, 'ca', renewedRoot);
    expect(await comesInBy('dev-1', longLeaf, intermediate, longIntermediate)).toBe('g');
  });
});
