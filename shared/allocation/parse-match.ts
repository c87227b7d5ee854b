import { type Faults, memberPath } from './faults.ts';
import { compileGlob, type Glob } from './glob.ts';
import { compilePointer, type JsonPointer } from './json-pointer.ts';
import { type Match, type PayloadCondition, plainName } from './rules.ts';

/** Ids have 128 characters at most; names of CAs more. */
const LONGEST_ID_GLOB = 128;
const LONGEST_NAME_GLOB = 1024;

/** Parses the conditions of a rule and compiles them. What is wrong goes to `faults`; the rest is still read. */
export function parseMatch(value: unknown, path: string, faults: Faults): Match {
  const known = ['enrollment', 'registrationId', 'issuer', 'issuerThumbprint', 'payload'];
  const { enrollment, registrationId, issuer, issuerThumbprint, payload } = faults.object(path, value, known) ?? {};
  const idGlob = (text: string, at: string) => parseIdGlob(text, at, faults);
  return {
    ...(enrollment !== undefined && { enrollment: someOf(enrollment, `${path}.enrollment`, faults, idGlob) }),
    ...(registrationId !== undefined && {
      registrationId: someOf(registrationId, `${path}.registrationId`, faults, idGlob),
    }),
    ...(issuer !== undefined && {
      issuer: someOf(issuer, `${path}.issuer`, faults, (text) => compileGlob(plainName(text))),
    }),
    ...(issuerThumbprint !== undefined && {
      issuerThumbprint: someOf(issuerThumbprint, `${path}.issuerThumbprint`, faults, (text, at) =>
        parseThumbprint(text, at, faults),
      ),
    }),
    ...(payload !== undefined && { payload: parsePayload(payload, `${path}.payload`, faults) }),
  };
}

/** One text, or several of which any one is enough. */
function someOf<T>(
  value: unknown,
  path: string,
  faults: Faults,
  parse: (text: string, path: string) => T | undefined,
): readonly T[] {
  if (!Array.isArray(value)) {
    const text = faults.text(path, value, LONGEST_NAME_GLOB);
    return text === undefined ? [] : asList(parse(text, path));
  }
  // No text at all would hold for no device, which nobody means.
  if (value.length === 0) faults.add(path, 'must have at least one text', value);
  return value.flatMap((each: unknown, index) => {
    const text = faults.text(`${path}[${index}]`, each, LONGEST_NAME_GLOB);
    return text === undefined ? [] : asList(parse(text, `${path}[${index}]`));
  });
}

function asList<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

function parseIdGlob(text: string, path: string, faults: Faults): Glob | undefined {
  if (/^[A-Za-z0-9._:*?-]+$/.test(text) && text.length <= LONGEST_ID_GLOB) return compileGlob(text);
  const form = `must be 1 to ${LONGEST_ID_GLOB} letters, digits, '-', '.', '_', ':', or the wildcards '*' and '?'`;
  return faults.add(path, form, text);
}

function parseThumbprint(text: string, path: string, faults: Faults): string | undefined {
  if (/^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/.test(text)) return text.toUpperCase();
  return faults.add(path, 'must be a thumbprint of 40 (SHA-1) or 64 (SHA-256) hexadecimal digits', text);
}

function parsePayload(value: unknown, path: string, faults: Faults): readonly PayloadCondition[] {
  const conditions = faults.object(path, value);
  if (conditions === undefined) return [];
  if (Object.keys(conditions).length === 0) faults.add(path, 'must have at least one JSON pointer', value);
  return Object.entries(conditions).flatMap(([text, condition]) => {
    const at = memberPath(path, text);
    const pointer = parsePointer(text, at, faults);
    const holds = parseCondition(condition, at, faults);
    return pointer && holds ? { pointer, holds } : [];
  });
}

function parsePointer(text: string, path: string, faults: Faults): JsonPointer | undefined {
  try {
    return compilePointer(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return faults.add(path, `must be a JSON pointer such as "/model/name": ${reason}`);
  }
}

function parseCondition(value: unknown, path: string, faults: Faults): PayloadCondition['holds'] | undefined {
  const condition = faults.object(path, value, ['equals', 'in', 'exists']);
  if (condition === undefined) return undefined;
  const given = ['equals', 'in', 'exists'].filter((name) => Object.hasOwn(condition, name));
  if (given.length !== 1) return faults.add(path, `must have exactly one of equals, in, exists`);
  if (given[0] === 'exists') {
    const { exists } = condition;
    if (typeof exists !== 'boolean') return faults.add(`${path}.exists`, 'must be true or false', exists);
    return (found) => (found !== undefined) === exists;
  }
  const values = given[0] === 'equals' ? [condition.equals] : condition.in;
  if (!Array.isArray(values) || values.length === 0) {
    return faults.add(`${path}.in`, 'must be an array of at least one value', values);
  }
  for (const [index, each] of values.entries()) {
    const at = given[0] === 'equals' ? `${path}.equals` : `${path}.in[${index}]`;
    if (typeof each === 'object' && each !== null)
      faults.add(at, 'must be a text, a number, true, false or null', each);
  }
  return (found) => found !== undefined && values.includes(found.value);
}
