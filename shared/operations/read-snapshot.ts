import { asObject } from '../json.ts';
import { SNAPSHOT_VERSION, type Snapshot } from './snapshot.ts';

/** Members that hold a date, wherever they stand. */
const DATES: ReadonlySet<string> = new Set([
  'at',
  'notBefore',
  'notAfter',
  'createdOn',
  'windowOpens',
  'renewedAt',
  'metAt',
]);

const LISTS = ['provisioningServices', 'cas', 'unmanagedCas', 'obstacles', 'missingPermissions', 'failures', 'history'];

/**
 * The snapshot in a document, its dates as dates; `undefined` for what is none: nothing written yet, or by another
 * version of the app. Only this app writes it, so what has its version is taken to have its shape.
 * @param value parsed JSON, whatever it is
 */
export function readSnapshot(value: unknown): Snapshot | undefined {
  const found = asObject(value);
  const isOurs = found?.version === SNAPSHOT_VERSION && LISTS.every((name) => Array.isArray(found[name]));
  if (!isOurs || asObject(found.scan) === undefined) return undefined;
  return withDates(found) as Snapshot;
}

function withDates(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return DATES.has(name) ? new Date(value) : value;
  if (Array.isArray(value)) return value.map((item) => withDates(item));
  const members = asObject(value);
  if (members === undefined) return value;
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, withDates(member, key)]));
}
