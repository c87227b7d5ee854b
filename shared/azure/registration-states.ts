import { asObject } from '../json.ts';
import type { Registration } from '../ports.ts';

/** Reads a DeviceRegistrationState from JSON text. Throws an Error, which quotes nothing of the text, if it is none. */
export function parseRegistration(text: string): Registration {
  return toRegistration(parse(text));
}

/** Reads a page of them. No list is not an empty list: devices would be overlooked. Throws an Error likewise. */
export function parseRegistrations(text: string): readonly Registration[] {
  const value = parse(text);
  if (!Array.isArray(value)) throw new Error('the answer is not a list');
  return value.map(toRegistration);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new Error('the answer is not JSON');
  }
}

function toRegistration(value: unknown): Registration {
  const { registrationId, status, lastUpdatedDateTimeUtc } = asObject(value) ?? {};
  if (typeof registrationId !== 'string' || registrationId === '') {
    throw new Error('a registration came back without registrationId');
  }
  return {
    registrationId,
    status: typeof status === 'string' ? status : 'unknown',
    lastUpdated: readMoment(lastUpdatedDateTimeUtc),
  };
}

/** A moment as DPS writes it: ISO 8601 with up to seven decimals of a second. Without a zone it is no moment. */
function readMoment(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/(?:Z|[+-]\d\d:\d\d)$/.test(value)) return undefined;
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
