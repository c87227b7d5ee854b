import { expect, it } from 'vitest';
import { hubPicture, type Placed } from '../../../local/demo/hub-picture.ts';
import { plain } from '../../../local/terminal/paint.ts';

const [OLD, FRESH] = ['A'.repeat(40), 'B'.repeat(40)];
const HUBS = [
  { name: 'hub-west.azure-devices.net', weight: 2 },
  { name: 'hub-north.azure-devices.net', weight: 1 },
];

function placed(hub: string, issuer: string, count: number): Placed[] {
  return Array.from({ length: count }, (_, index) => {
    return { registrationId: `${hub}-${issuer}-${index}`, hub: `${hub}.azure-devices.net`, issuer };
  });
}

it('draws a cell for each device of a hub, those under the new CA first', () => {
  const devices = [...placed('hub-west', OLD, 3), ...placed('hub-north', OLD, 1), ...placed('hub-west', FRESH, 2)];
  expect(hubPicture(devices, HUBS, { old: OLD, fresh: FRESH }, plain)).toStrictEqual([
    '  hub        weight  devices           new CA █  old CA ░  in all',
    '  hub-west        2  ██░░░                    2         3       5',
    '  hub-north       1  ░                        0         1       1',
    '  together                                    2         4       6',
    '  old CA AAAAAAAA…, new CA BBBBBBBB…',
  ]);
});

it('knows no new CA before there is one, and keeps its width while devices come in', () => {
  const [empty, full] = [0, 12].map((count) =>
    hubPicture(placed('hub-west', OLD, count), HUBS, { old: OLD }, plain).map((line) => line.length),
  );
  expect(empty).toStrictEqual(full);
  expect(hubPicture([], HUBS, { old: OLD }, plain).at(-1)).toBe('  old CA AAAAAAAA…');
});

it('colours bars by CA', () => {
  const devices = [...placed('hub-west', OLD, 1), ...placed('hub-west', FRESH, 2)];
  const [, west] = hubPicture(devices, HUBS, { old: OLD, fresh: FRESH }, (style, text) => `<${style}>${text}</>`);
  expect(west).toContain('<green>██</><yellow>░</>');
});

it('fits 80 columns with two dozen devices on one hub', () => {
  const lines = hubPicture(placed('hub-north', OLD, 24), HUBS, { old: OLD, fresh: FRESH }, plain);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});
