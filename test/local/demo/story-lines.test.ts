import { expect, it } from 'vitest';
import { createStoryLines } from '../../../local/demo/story-lines.ts';
import { plain } from '../../../local/terminal/paint.ts';
import type { LifecycleEvent } from '../../../shared/events.ts';

function reader(): (event: LifecycleEvent | string) => string[] {
  const lines = createStoryLines({ paint: plain, nameOf: (text) => text.replace('/dps/', ''), when: () => '+1 s' });
  return (event) => {
    const message = typeof event === 'string' ? event : JSON.stringify(event);
    return lines({ at: '2026-11-21T21:33:40.405Z', level: 'information', message });
  };
}

const MOVED = {
  event: 'enrollment_moved',
  renewalId: 'm',
  ca: 'a',
  vault: 'https://v',
  step: 'move',
  reason: 'reference-behind',
  dps: '/dps/one',
  enrollment: 'line-1',
  kind: 'group',
  thumbprint: 'A'.repeat(40),
} as const;
const UNMANAGED = {
  event: 'certificate_unmanaged',
  dps: '/dps/one',
  entry: 'partner',
  thumbprint: 'B'.repeat(40),
  notAfter: undefined,
} as const;

it('explains each thing once', () => {
  const read = reader();
  expect(read(MOVED)).toStrictEqual([
    '  +1 s  moved      group line-1 in one: to AAAAAAAA…',
    '                   An enrollment refers to an older version of this CA, but not',
    '                   to the newest generation.',
  ]);
  expect(read({ ...MOVED, enrollment: 'line-2' })).toStrictEqual([
    '  +1 s  moved      group line-2 in one: to AAAAAAAA…',
  ]);
});

it('says once of an entry that it is unmanaged, and of another one, too', () => {
  const read = reader();
  expect(read(UNMANAGED)).toHaveLength(2);
  expect(read(UNMANAGED)).toStrictEqual([]);
  expect(read({ ...UNMANAGED, dps: '/dps/two' })).toStrictEqual(['  +1 s  unmanaged  partner in two']);
});

it('leaves single devices to the picture, and shows a device that was denied', () => {
  const read = reader();
  const device = { registrationId: 'd1', enrollment: 'line-1', kind: 'group' } as const;
  expect(read({ event: 'device_allocated', ...device, hub: 'west', rule: 'default' })).toStrictEqual([]);
  const denied = { event: 'allocation_denied', ...device, reason: 'no-linked-hub', message: 'No hub.' } as const;
  expect(read(denied)).toStrictEqual(['  +1 s  denied     d1: no-linked-hub', '                   No hub.']);
});

it('shows nothing of what the host says by the way', () => {
  expect(reader()('Executed scan, succeeded')).toStrictEqual([]);
});
