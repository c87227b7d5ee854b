import type { Paint } from '../terminal/paint.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { callTable } from './call-table.ts';
import type { Check } from './checks.ts';
import type { CallCount } from './count-calls.ts';
import type { Fleet } from './fleet.ts';
import { caTable, enrollmentTable, entryTable } from './fleet-tables.ts';

/** The state of the fleet: entries, then CAs; with `before`, what is new stands out. */
export function fleetSection(fleet: Fleet, now: Date, paint: Paint, before?: Fleet): string[] {
  const tables = [entryTable(fleet, now, before), caTable(fleet, now, before), enrollmentTable(fleet, before)];
  return tables
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
    .map((line) => {
      if (/^ +(DPS entry|CA|enrollment|in) /.test(line)) return `  ${paint('dim', line)}`;
      if (line.startsWith('+')) return `  ${paint('green', line)}`;
      return `  ${/^[~-]/.test(line) ? paint('yellow', line) : line}`.trimEnd();
    });
}

/** The calls that a scan and the renewal after it made, and what is not counted. */
export function callSection(scan: CallCount, renewal: CallCount, paint: Paint): string[] {
  const [titles = '', ...rows] = callTable(scan, renewal).map((line) => `  ${line}`);
  const challenges = scan.challenges + renewal.challenges;
  const tokens = scan.tokenRequests + renewal.tokenRequests;
  const apart = `Not counted: ${challenges} challenges (401) and ${tokens} token requests.`;
  return [paint('dim', titles), ...rows, `     ${paint('dim', apart)}`];
}

/** One line for each check; what is wrong below the one that failed. */
export function checkSection(checks: readonly Check[], paint: Paint): string[] {
  return checks.flatMap(({ name, fault }) =>
    fault === undefined
      ? [`  ${paint('green', '✓')} ${name}`]
      : [`  ${paint('red', '✗')} ${name}`, ...paragraph(fault).map((line) => paint('red', `  ${line}`))],
  );
}

/** What to type next: command, and what it does. */
export function commandSection(commands: readonly (readonly [string, string])[], paint: Paint): string[] {
  const width = Math.max(...commands.map(([command]) => command.length));
  return commands.map(([command, what]) => `  ${paint('cyan', command.padEnd(width))}  ${what}`);
}
