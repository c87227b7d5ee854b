import { asObject, type JsonObject } from '../../shared/json.ts';
import { isMasked, shownUrl } from './webhook-url.ts';

/** A member that two records of an enrollment do not have in common, as it may be shown. */
export interface Difference {
  /** Names of the members down to it, with dots between. */
  readonly path: string;
  /** `undefined` where there is none; no key. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Why there is a difference where none is seen. */
  readonly note?: string;
}

/** Everything in which a record and its successor differ, whatever it is, in the order of the former. Never shows a key. */
export function differences(before: JsonObject, after: JsonObject): readonly Difference[] {
  const [from, to] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((path) => {
    const [old, now] = [from.get(path), to.get(path)];
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    const difference = { path, from: shown(old), to: shown(now) };
    return difference.from === difference.to ? { ...difference, note: keyNote(old) } : difference;
  });
}

function leavesOf(record: JsonObject, prefix = ''): Map<string, unknown> {
  return new Map(
    Object.entries(record).flatMap(([name, value]) => {
      const object = asObject(value);
      if (object && Object.keys(object).length > 0) return [...leavesOf(object, `${prefix}${name}.`)];
      return [[`${prefix}${name}`, value] as const];
    }),
  );
}

/** A query may be a key, so what looks like a URL is shown without. */
function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[a-z][\w+.-]*:/i.test(value) || value.includes('?') ? shownUrl(value) : value;
}

function keyNote(old: unknown): string {
  const hidden = typeof old === 'string' && isMasked(old);
  return hidden ? 'the key as given: DPS does not show the present one' : 'another key';
}
