import { expect, it } from 'vitest';
import { demoSeed } from '../../../local/demo/demo-seed.ts';
import { DEVICES, WAVES } from '../../../local/demo/devices.ts';
import { parseSeed } from '../../../local/emulator/parse-seed.ts';

const WEBHOOK = 'https://localhost:1/api/allocate?code=k';

it('has 24 devices move to the new CA, each in one wave: 10, 13, and a straggler', () => {
  const ids = (devices: typeof DEVICES) => devices.map(({ registrationId }) => registrationId);
  expect(WAVES.map(({ length }) => length)).toStrictEqual([10, 13, 1]);
  expect(ids(WAVES.flat()).sort()).toStrictEqual([...new Set(ids(DEVICES))].sort());
  expect(DEVICES).toHaveLength(24);
});

it('seeds every enrollment of a device, attached to the webhook, and attaches no other', () => {
  const parsed = parseSeed(demoSeed(WEBHOOK), new Date());
  if (!('seed' in parsed)) throw new Error(parsed.faults.join('\n'));
  const attached = parsed.seed.provisioningServices.flatMap(({ name, enrollmentGroups, individualEnrollments }) => [
    ...enrollmentGroups.flatMap(({ id, webhookUrl }) => (webhookUrl === WEBHOOK ? `${name} group ${id}` : [])),
    ...individualEnrollments.flatMap(({ id, webhookUrl }) =>
      webhookUrl === WEBHOOK ? `${name} individual ${id}` : [],
    ),
  ]);
  const wanted = new Set(DEVICES.map(({ dps, kind, enrollment }) => `${dps} ${kind} ${enrollment}`));
  expect(attached.sort()).toStrictEqual([...wanted].sort());
});
