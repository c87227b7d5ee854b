import { asObject, type JsonObject } from '../json.ts';
import type { Attestation } from '../ports.ts';
import { LONGEST_CERTIFICATE } from './attestation-of.ts';

/** The body of a message on the queue `attestations`: the certificate in base64 of the DER, the time in ISO 8601. */
export type AttestationMessage = Omit<Attestation, 'at' | 'certificate' | 'issuerName'> & {
  readonly at: string;
  readonly certificate?: string;
  readonly issuerName?: string;
};

/** An attestation, or what is wrong with its message, in one sentence each. No value is ever quoted. */
export type ParsedAttestation = { readonly attestation: Attestation } | { readonly faults: readonly string[] };

/** As in `parseAllocationRequest`. */
const ID = /^[A-Za-z0-9._:-]{1,128}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z$/;
const THUMBPRINT = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const LONGEST_NAME = 1024;
/** Clocks of two instances of the app may differ; by more than this, somebody has made the message up. */
const MOST_AHEAD_MS = 5 * 60_000;

/** The message that carries an attestation. */
export function attestationMessage({ at, certificate, issuerName, ...rest }: Attestation): AttestationMessage {
  return {
    ...rest,
    at: at.toISOString(),
    ...(certificate && { certificate: Buffer.from(certificate).toString('base64') }),
    ...(issuerName !== undefined && { issuerName }),
  };
}

/**
 * Reads a message that `attestationMessage` has made, or that somebody else has put on the queue. A time that is yet to
 * come is a fault: what is kept under it would count as newer than all that follows. Never throws.
 */
export function parseAttestationMessage(message: unknown, now: Date): ParsedAttestation {
  const body = asObject(message);
  if (body === undefined) return { faults: ['the message must be an object'] };
  const faults: string[] = [];
  /** A member as it is, `undefined` where it is not what it must be. */
  function read<T>(name: string, must: string, is: (value: unknown) => value is T): T | undefined {
    const value = own(body ?? {}, name);
    if (is(value)) return value;
    faults.push(`${name} must be ${must}`);
    return undefined;
  }
  const kind = read('kind', "'group' or 'individual'", isKind);
  const enrollment = read('enrollment', 'the id of an enrollment', matching(ID));
  const registrationId = read('registrationId', 'a registration id', matching(ID));
  const time = read('at', 'a time in ISO 8601, UTC', matching(TIME));
  const certificate = read('certificate', `base64 of at most ${LONGEST_CERTIFICATE} octets`, optional(isCertificate));
  const issuerName = read('issuerName', `a text of at most ${LONGEST_NAME} characters`, optional(isName));
  const issuerThumbprints = read('issuerThumbprints', 'a list of thumbprints', areThumbprints);
  const thumbprints = read('thumbprints', 'a list of thumbprints', areThumbprints);
  const at = new Date(time ?? Number.NaN);
  if (time !== undefined && !(at.getTime() <= now.getTime() + MOST_AHEAD_MS)) faults.push('at must be a time past');
  if (faults.length > 0 || !kind || !enrollment || !registrationId || !issuerThumbprints || !thumbprints) {
    return { faults };
  }
  const der = certificate === undefined ? undefined : new Uint8Array(Buffer.from(certificate, 'base64'));
  return {
    attestation: {
      kind,
      enrollment,
      registrationId,
      at,
      certificate: der,
      issuerName,
      issuerThumbprints,
      thumbprints,
    },
  };
}

function own(body: JsonObject, name: string): unknown {
  return Object.hasOwn(body, name) ? body[name] : undefined;
}

function isKind(value: unknown): value is Attestation['kind'] {
  return value === 'group' || value === 'individual';
}

function matching(pattern: RegExp): (value: unknown) => value is string {
  return (value): value is string => typeof value === 'string' && pattern.test(value);
}

function optional<T>(is: (value: unknown) => value is T): (value: unknown) => value is T | undefined {
  return (value): value is T | undefined => value === undefined || is(value);
}

function isCertificate(value: unknown): value is string {
  return typeof value === 'string' && value.length <= Math.ceil(LONGEST_CERTIFICATE / 3) * 4 && BASE64.test(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_NAME;
}

/** DPS tells at most two of a certificate: SHA-1 and SHA-256. */
function areThumbprints(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= 2 && value.every(matching(THUMBPRINT));
}
