import { createHmac } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { buildDevices, DAY_MS, type DevicesUnderTest, NOW, sasToken } from './build-devices.ts';

const KEYS = {
  primaryKey: Buffer.alloc(64, 1).toString('base64'),
  secondaryKey: Buffer.alloc(64, 2).toString('base64'),
};
const symmetric = { attestation: { type: 'symmetricKey', symmetricKey: KEYS } };

let devices: DevicesUnderTest;

beforeEach(() => {
  devices = buildDevices();
});

function derived(groupKey: string, registrationId: string): string {
  return createHmac('sha256', Buffer.from(groupKey, 'base64')).update(registrationId).digest('base64');
}

async function status(id: string, authorization: string): Promise<number> {
  return (await devices.begin(id, { authorization })).status;
}

it('a group takes the key that the documentation of DPS derives from its key', async () => {
  const primaryKey = '8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==';
  const id = 'sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6';
  devices.enroll('group', 'g', { attestation: { type: 'symmetricKey', symmetricKey: { primaryKey } } });
  expect(await status(id, sasToken(devices.dps, id, 'Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc='))).toBe(202);
});

it.each(['primaryKey', 'secondaryKey'] as const)('an individual enrollment takes its %s', async (name) => {
  devices.enroll('individual', 'dev-1', symmetric);
  const authorization = sasToken(devices.dps, 'dev-1', KEYS[name]);
  const { registrationState } = await devices.register('dev-1', { authorization });
  expect(registrationState).toMatchObject({ symmetricKey: {}, deviceId: 'dev-1', status: 'assigned' });
  expect(devices.hubs.list(String(registrationState.assignedHub))).toMatchObject([{ authentication: { type: 'sas' } }]);
});

it.each(['primaryKey', 'secondaryKey'] as const)('a group takes keys derived from its %s', async (name) => {
  devices.enroll('group', 'other', { attestation: { type: 'symmetricKey' } });
  devices.enroll('group', 'g', symmetric);
  const authorization = sasToken(devices.dps, 'dev-1', derived(KEYS[name], 'dev-1'));
  const { registrationState } = await devices.register('dev-1', { authorization });
  expect(registrationState.symmetricKey).toStrictEqual({ enrollmentGroupId: 'g' });
  // The group's own key is nobody's.
  expect(await status('dev-1', sasToken(devices.dps, 'dev-1', KEYS[name]))).toBe(401);
});

it('a disabled group blocks', async () => {
  devices.enroll('group', 'g', { ...symmetric, provisioningStatus: 'disabled' });
  expect(await status('dev-1', sasToken(devices.dps, 'dev-1', derived(KEYS.primaryKey, 'dev-1')))).toBe(401);
});

it.each([
  ['that has expired', () => ({ expires: NOW })],
  ['for another device', () => ({ resource: `${devices.dps.idScope}/registrations/dev-2` })],
  ['for another scope', () => ({ resource: '0neFFFFFFFF/registrations/dev-1' })],
])('a token %s is refused', async (_, options) => {
  devices.enroll('individual', 'dev-1', symmetric);
  expect(await status('dev-1', sasToken(devices.dps, 'dev-1', KEYS.primaryKey))).toBe(202);
  const answer = await devices.begin('dev-1', {
    authorization: sasToken(devices.dps, 'dev-1', KEYS.primaryKey, options()),
  });
  expect(answer).toMatchObject({ status: 401, body: { errorCode: 401002, message: 'Unauthorized' } });
});

it.each([
  ['with another key', (token: string) => token.replace(/sig=[^&]*/, 'sig=AAAA')],
  ['under another key name', (token: string) => token.replace('skn=registration', 'skn=provisioningserviceowner')],
  ['whose expiry was moved', (token: string) => token.replace(/se=(\d+)/, 'se=9$1')],
  ['that is a bearer token', () => 'Bearer token'],
])('a token %s is refused', async (_, change) => {
  devices.enroll('individual', 'dev-1', symmetric);
  expect(await status('dev-1', change(sasToken(devices.dps, 'dev-1', KEYS.primaryKey)))).toBe(401);
});

it('tokens go by the clock of the machine, however far the emulator has moved its own', async () => {
  devices.enroll('individual', 'dev-1', symmetric);
  devices.setNow(new Date(NOW.getTime() + 300 * DAY_MS));
  expect(await status('dev-1', sasToken(devices.dps, 'dev-1', KEYS.primaryKey))).toBe(202);
});

it('the resource may be percent-encoded, and is signed as it stands in the token', async () => {
  devices.enroll('individual', 'dev-1', symmetric);
  const resource = encodeURIComponent(`${devices.dps.idScope}/registrations/dev-1`);
  expect(await status('dev-1', sasToken(devices.dps, 'dev-1', KEYS.primaryKey, { resource }))).toBe(202);
});
