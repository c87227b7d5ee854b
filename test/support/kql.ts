import { globSync, readFileSync } from 'node:fs';
import { INFRA } from './bicep.ts';

/** A query of the alerts and the workbook. */
export interface Query {
  /** Of its file, without its ending. */
  readonly name: string;
  readonly text: string;
}

/** Every query below `infra/queries`, without its comments. */
export function queries(): readonly Query[] {
  return globSync('queries/*.kql', { cwd: INFRA })
    .sort()
    .map((file) => ({
      name: file.replace(/^queries\/|\.kql$/g, ''),
      text: readFileSync(`${INFRA}${file}`, 'utf8').replace(/^\s*\/\/.*\n/gm, ''),
    }));
}

/** The events that a query filters, by the text that each line of the log begins with or by their name. */
export function eventsOf({ text }: Query): readonly string[] {
  const byBeginning = [...text.matchAll(/message startswith '\{"event":"(\w+)"'/g)].map(([, name = '']) => name);
  const byName = [...text.matchAll(/e\.event (?:==|in) \(?([^)|]+)/g)].flatMap(([, names = '']) =>
    [...names.matchAll(/'(\w+)'/g)].map(([, name = '']) => name),
  );
  return [...byBeginning, ...byName];
}

/** The members of an event that a query reads, `ca` of `e.ca`, but for its name. */
export function fieldsOf({ text }: Query): readonly string[] {
  const names = [...text.matchAll(/\be\.(\w+)/g)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => name !== 'event').sort();
}

/** The columns that a query's rows may have; some it may have lost again. */
export function columnsOf({ text }: Query): ReadonlySet<string> {
  const assigned = [...text.matchAll(/\b(\w+) = /g)].map(([, name = '']) => name);
  const grouped = [...text.matchAll(/\bby ([\w, ]+)/g)].flatMap(([, names = '']) => names.split(/, */));
  return new Set([...assigned, ...grouped.map((name) => name.trim())]);
}
