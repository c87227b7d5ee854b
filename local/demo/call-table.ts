import { table } from '../terminal/table.ts';
import type { CallCount } from './count-calls.ts';

/** The calls of a scan, of the renewal that it caused, and of both. Services that were not called have no column. */
export function callTable(scan: CallCount, renewal: CallCount): string[] {
  const services = [
    { title: 'resource manager', of: (count: CallCount) => count.resourceManager },
    { title: 'key vaults', of: (count: CallCount) => count.keyVault },
    { title: 'enrollments', of: (count: CallCount) => count.enrollments },
    { title: 'calls', of: (count: CallCount) => count.total },
  ].filter(({ of }) => of(scan) + of(renewal) > 0);
  return table(
    [{ title: ' ' }, { title: '' }, ...services.map(({ title }) => ({ title, align: 'right' }) as const)],
    [
      [' ', 'scan', ...services.map(({ of }) => String(of(scan)))],
      [' ', 'renewal', ...services.map(({ of }) => String(of(renewal)))],
      [' ', 'together', ...services.map(({ of }) => String(of(scan) + of(renewal)))],
    ],
  );
}
