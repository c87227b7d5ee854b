import { expect, it } from 'vitest';
import { table } from '../../../local/terminal/table.ts';

it('gives each column the width of its widest cell, and leaves no spaces at the end of a line', () => {
  const columns = [{ title: 'name' }, { title: 'days', align: 'right' }, { title: 'verified' }] as const;
  const rows = [
    ['PlantA', '60', 'yes'],
    ['B', '12345', ''],
  ];
  expect(table(columns, rows)).toStrictEqual([
    'name     days  verified', //
    'PlantA     60  yes',
    'B       12345',
  ]);
});
