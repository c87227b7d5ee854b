import { X509Certificate } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Behaviour } from '../../../../local/emulator/behaviour.ts';
import type { WebhookAnswer } from '../../../../local/emulator/devices/webhook.ts';
import { holding, plantEntry, trusting } from '../enrollments/build-data-plane.ts';
import { allocated, buildCertificate, buildDevices, type DevicesUnderTest, HUBS } from './build-devices.ts';
import { enrollFleet, fleetProof, registerOne } from './fleet-group.ts';

const URL_WITH_KEY = 'https://contoso.example/api/allocate?code=secret&x=1';
const CUSTOM = {
  allocationPolicy: 'custom',
  customAllocationDefinition: { webhookUrl: URL_WITH_KEY, apiVersion: '2021-10-01' },
};
const [A = '', B = '', C = ''] = HUBS;

let devices: DevicesUnderTest;

beforeEach(() => {
  devices = buildDevices();
  enrollFleet(devices, CUSTOM);
});

describe('what DPS makes of the answer', () => {
  it('assigns the device to the hub that the webhook names, and passes its payload on', async () => {
    devices.answerWith(allocated(B.toUpperCase(), { payload: { hello: [1.5] }, initialTwin: { tags: { floor: 1 } } }));
    const { status, registrationState } = await registerOne(devices, 'dev-1');
    expect(status).toBe('assigned');
    expect(registrationState).toMatchObject({ assignedHub: B, status: 'assigned', payload: { hello: [1.5] } });
    expect(devices.hubs.get(B, 'DEV-1')).toMatchObject({ deviceId: 'dev-1', initialTwin: { tags: { floor: 1 } } });
  });

  it.each<[string, WebhookAnswer, number, string]>([
    ['no hub', allocated(''), 400208, 'Custom allocation failed: the webhook did not specify an IoT hub'],
    ['null for a hub', allocated(null), 400208, 'Custom allocation failed: the webhook did not specify an IoT hub'],
    [
      'no JSON',
      { status: 200, body: 'fine' },
      400208,
      'Custom allocation failed: the webhook did not specify an IoT hub',
    ],
    [
      'too much',
      { status: 200, body: undefined },
      400208,
      'Custom allocation failed: the webhook did not specify an IoT hub',
    ],
    [
      'a hub that is not linked',
      allocated('x.azure-devices.net'),
      400207,
      "Custom allocation failed: 'x.azure-devices.net' is not a linked IoT hub",
    ],
    ['401', { status: 401, body: '' }, 400209, 'Custom allocation failed: unauthorized access to the webhook'],
    ['400', { status: 400, body: '{}' }, 400207, 'Custom allocation failed with status code: 400'],
    ['404', { status: 404, body: '' }, 400207, 'Custom allocation failed with status code: 404'],
    ['302', { status: 302, body: '' }, 400207, 'Custom allocation failed with status code: 302'],
  ])('fails the device at once if the webhook answers %s', async (_, answer, errorCode, errorMessage) => {
    devices.answerWith(answer);
    const { status, registrationState } = await registerOne(devices, 'dev-1');
    expect(status).toBe('failed');
    expect(registrationState).toStrictEqual({
      symmetricKey: { enrollmentGroupId: 'fleet' },
      registrationId: 'dev-1',
      status: 'failed',
      errorCode,
      errorMessage,
      lastUpdatedDateTimeUtc: '2022-05-03T17:50:03.5000000Z',
      etag: devices.dps.registrations.get('dev-1')?.etag,
    });
    expect(devices.webhookCalls).toHaveLength(1);
    expect(HUBS.flatMap((hub) => devices.hubs.list(hub))).toStrictEqual([]);
  });

  it.each<[string, WebhookAnswer | 'unreachable', string]>([
    ['429', { status: 429, body: '' }, 'Custom allocation failed with status code: 429'],
    ['500', { status: 500, body: '' }, 'Custom allocation failed with status code: 500'],
    ['nothing', 'unreachable', 'Custom allocation failed: the webhook did not answer'],
  ])('tries again ten times, each time 9 s later, if it answers %s', async (_, answer, errorMessage) => {
    devices.answerWith(answer);
    const { registrationState } = await registerOne(devices, 'dev-1');
    expect(registrationState).toMatchObject({ errorCode: 400207, errorMessage });
    expect(devices.webhookCalls).toHaveLength(11);
    expect(devices.waits.map((ms) => ms / 1000)).toStrictEqual([1, 10, 19, 28, 37, 46, 55, 64, 73, 82]);
  });

  it('takes the first answer that is neither', async () => {
    devices.answerWith('unreachable', { status: 503, body: '' }, allocated(C));
    expect((await registerOne(devices, 'dev-1')).registrationState.assignedHub).toBe(C);
    expect(devices.waits).toStrictEqual([1000, 10_000]);
    expect(devices.webhookCalls.map(({ body }) => body)).toStrictEqual(Array(3).fill(devices.webhookCalls[0]?.body));
  });

  it('waits less the faster its clock goes', async () => {
    devices = buildDevices({ clockFactor: 100 });
    enrollFleet(devices, CUSTOM);
    devices.answerWith('unreachable', allocated(C));
    await registerOne(devices, 'dev-1');
    expect(devices.waits).toStrictEqual([10]);
  });

  it('lets the device see that it is being assigned meanwhile', async () => {
    let respond: (answer: WebhookAnswer) => void = () => {};
    devices.answerWith(() => new Promise((resolve) => (respond = resolve)));
    const proof = fleetProof(devices, 'dev-1');
    const begun = await devices.begin('dev-1', proof);
    const { operationId } = begun.body as { operationId: string };
    const poll = () => devices.call('GET', `/registrations/dev-1/operations/${operationId}`, proof);
    const assigning = { status: 202, headers: { 'retry-after': '3' }, body: { operationId, status: 'assigning' } };
    expect(begun).toStrictEqual(assigning);
    expect(await poll()).toStrictEqual(assigning);
    expect(devices.dps.registrations.get('dev-1')).toBeUndefined();
    respond(allocated(A));
    await setImmediate();
    expect(await poll()).toMatchObject({ status: 200, body: { operationId, status: 'assigned' } });
  });
});

it('a device that registers twice at once is on one hub in the end', async () => {
  const answers: ((answer: WebhookAnswer) => void)[] = [];
  devices.answerWith(() => new Promise((resolve) => answers.push(resolve)));
  for (let time = 0; time < 2; time++) await devices.begin('dev-1', fleetProof(devices, 'dev-1'));
  const [first, second] = answers;
  second?.(allocated(B));
  await setImmediate();
  first?.(allocated(A));
  await setImmediate();
  expect(HUBS.map((hub) => devices.hubs.list(hub).length)).toStrictEqual([1, 0, 0]);
  expect(devices.dps.registrations.get('dev-1')?.state.assignedHub).toBe(A);
});

describe('what the webhook is asked', () => {
  it('is called at its whole address, which its body does not have', async () => {
    devices.answerWith(allocated(A));
    await registerOne(devices, 'Dev-1', { firmware: '12.0' });
    const { etag, createdDateTimeUtc } = await shown('fleet');
    expect(devices.webhookCalls).toStrictEqual([
      {
        url: URL_WITH_KEY,
        body: {
          enrollmentGroup: {
            enrollmentGroupId: 'fleet',
            attestation: { type: 'symmetricKey' },
            allocationPolicy: 'custom',
            customAllocationDefinition: {
              webhookUrl: 'https://contoso.example/api/allocate?****',
              apiVersion: '2021-10-01',
            },
            provisioningStatus: 'enabled',
            etag,
            createdDateTimeUtc,
            lastUpdatedDateTimeUtc: createdDateTimeUtc,
          },
          deviceRuntimeContext: { registrationId: 'Dev-1', symmetricKey: {}, payload: { firmware: '12.0' } },
          linkedHubs: HUBS,
        },
      },
    ]);
  });

  it('learns on which hub the device is already, and has the hubs of the enrollment alone', async () => {
    enrollFleet(devices, { ...CUSTOM, iotHubs: [C, A] });
    devices.answerWith(allocated(C));
    await registerOne(devices, 'dev-1');
    await registerOne(devices, 'DEV-1');
    expect(devices.webhookCalls[1]?.body).toMatchObject({ linkedHubs: [A, C] });
    expect(devices.webhookCalls[1]?.body.deviceRuntimeContext).toStrictEqual({
      registrationId: 'dev-1',
      currentIotHubHostName: C,
      currentDeviceId: 'dev-1',
      symmetricKey: {},
    });
  });

  it('sees an individual enrollment as one', async () => {
    const leaf = await buildCertificate({ subject: 'CN=dev-1' });
    devices.enroll('individual', 'dev-1', { ...holding('clientCertificates', leaf), ...CUSTOM, deviceId: 'pump' });
    devices.answerWith(allocated(A));
    const { registrationState } = await devices.register('dev-1', { certificates: [leaf] });
    expect(registrationState.deviceId).toBe('pump');
    const [call] = devices.webhookCalls;
    expect(Object.keys(call?.body ?? {})).toStrictEqual(['individualEnrollment', 'deviceRuntimeContext', 'linkedHubs']);
    expect(call?.body).toMatchObject({ individualEnrollment: { registrationId: 'dev-1', deviceId: 'pump' } });
  });

  async function shown(group: string): Promise<{ etag: string; createdDateTimeUtc: string }> {
    const etag = devices.dps.enrollments.group.get(group)?.etag ?? '';
    return { etag, createdDateTimeUtc: '2022-05-03T17:50:03.5000000Z' };
  }
});

const info = ({ subject, fingerprint256 }: X509Certificate): unknown =>
  expect.objectContaining({ subjectName: subject, sha256Thumbprint: fingerprint256.replaceAll(':', '') });

it.each<[Behaviour['deviceCertificateShape'], (leaf: X509Certificate, root: X509Certificate) => object]>([
  ['none', () => ({})],
  ['certificateInfo', (leaf) => ({ certificateInfo: info(leaf) })],
  ['certificate', (leaf) => ({ certificate: leaf.toString() })],
  ['certificateBase64', (leaf) => ({ certificate: leaf.raw.toString('base64') })],
  ['signingCertificateInfo', (leaf, root) => ({ certificateInfo: info(leaf), signingCertificateInfo: info(root) })],
])('a DPS that says %s of certificates says just that', async (deviceCertificateShape, expected) => {
  devices = buildDevices({ behaviour: { deviceCertificateShape } });
  const root = await buildCertificate({ subject: 'CN=Root' });
  const leaf = await buildCertificate({ subject: 'CN=dev-1', issuer: root, ca: false });
  plantEntry(devices.dps, 'ca', root);
  devices.enroll('group', 'g', { ...trusting('ca'), ...CUSTOM });
  devices.answerWith(allocated(A));
  await devices.register('dev-1', { certificates: [leaf] });
  const [parsedLeaf, parsedRoot] = [new X509Certificate(leaf.certificate), new X509Certificate(root.certificate)];
  expect(devices.webhookCalls[0]?.body.deviceRuntimeContext).toStrictEqual({
    registrationId: 'dev-1',
    x509: expected(parsedLeaf, parsedRoot),
  });
});
