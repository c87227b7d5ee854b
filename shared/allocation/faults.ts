import { asObject, type JsonObject } from '../json.ts';

/** Collects what is wrong with a JSON document, and reads the parts that are right. */
export interface Faults {
  /** One sentence each, with the path of what it is about. */
  readonly found: readonly string[];
  /** Adds a fault; `value` is what is there at present, and is quoted if it is short and no secret. */
  add(path: string, what: string, ...value: readonly unknown[]): undefined;
  /** An object, whose members are all among `known` if that is given; `undefined` for anything else. */
  object(path: string, value: unknown, known?: readonly string[]): JsonObject | undefined;
  /** A text of 1 to `longest` characters, none of them a control character; `undefined` for anything else. */
  text(path: string, value: unknown, longest: number): string | undefined;
}

export function createFaults(): Faults {
  const found: string[] = [];
  const faults: Faults = {
    found,
    add(path, what, ...value) {
      const present = value.length === 0 ? '' : `, and is ${shown(value[0])}`;
      found.push(`${path || 'the rules'}: ${what}${present}`);
      return undefined;
    },
    object(path, value, known) {
      const object = asObject(value);
      if (object === undefined) return faults.add(path, 'must be an object', value);
      for (const name of known ? Object.keys(object).filter((each) => !known.includes(each)) : []) {
        faults.add(memberPath(path, name), `is not known here, only ${known?.join(', ')} are`);
      }
      return object;
    },
    text(path, value, longest) {
      if (typeof value === 'string' && value.length > 0 && value.length <= longest && !/\p{Cc}/u.test(value))
        return value;
      return faults.add(path, `must be a text of 1 to ${longest} characters on one line`, value);
    },
  };
  return faults;
}

/** The path of a member: with a dot where its name is a plain one, else in brackets as JSON. */
export function memberPath(path: string, name: string): string {
  if (!/^[A-Za-z$_][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** A key, a SAS or a connection string where a name belongs; GUIDs have 36 characters. */
const MAY_BE_SECRET = /(?=[\w+/=-]{37})[a-z_+/=-]*\d|(?:key|sig|code|secret|password)=/i;

/** A value in few words: texts that are short as they are, what is larger by its kind. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') {
    return value.length <= 80 && !MAY_BE_SECRET.test(value) ? JSON.stringify(value) : `${value.length} characters long`;
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? '{}' : 'an object';
  return String(value);
}
