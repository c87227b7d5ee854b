import { asObject } from '../../shared/json.ts';

/** A device as a registrations file describes it; values as they stand there, not checked yet. */
export interface Registration {
  readonly registrationId: unknown;
  readonly currentHub?: unknown;
  /** Id of the enrollment. */
  readonly enrollment?: unknown;
  readonly payload?: unknown;
  /** Name of the CA that issued its certificate. */
  readonly issuer?: unknown;
  readonly issuerThumbprint?: unknown;
}

const COLUMNS = ['registrationId', 'currentHub', 'enrollment'] as const;

/** A registration with the line that it stands in, counted from 1. */
export interface NumberedRegistration {
  readonly line: number;
  readonly registration: Registration;
}

/**
 * Reads registrations from text, one a line: JSON objects, or CSV of `registrationId[,currentHub[,enrollment]]` with a
 * header line or without. Empty lines are passed over.
 * @returns the registrations, and one sentence for each line that is neither
 */
export function readRegistrations(text: string): { registrations: NumberedRegistration[]; faults: string[] } {
  const faults: string[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const registrations = lines.flatMap((line, index) => {
    if (line.trim() === '' || (index === 0 && isHeader(line))) return [];
    const registration = line.trimStart().startsWith('{') ? readJson(line) : readCsv(line);
    if (typeof registration !== 'string') return { line: index + 1, registration };
    faults.push(`line ${index + 1}: ${registration}`);
    return [];
  });
  return { registrations, faults };
}

/** Devices of no fleet in particular: device-000001, device-000002, … */
export function inventRegistrations(count: number): readonly NumberedRegistration[] {
  return Array.from({ length: count }, (_, index) => ({
    line: index + 1,
    registration: { registrationId: `device-${String(index + 1).padStart(6, '0')}` },
  }));
}

function isHeader(line: string): boolean {
  return line.split(',')[0]?.trim().toLowerCase() === 'registrationid';
}

function readJson(line: string): Registration | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { registrationId, ...others } = asObject(value) ?? {};
  const known = ['currentHub', 'enrollment', 'payload', 'issuer', 'issuerThumbprint'];
  const unknown = Object.keys(others).find((name) => !known.includes(name));
  if (unknown !== undefined) return `'${unknown}' is not one of registrationId, ${known.join(', ')}`;
  return { registrationId, ...others };
}

function readCsv(line: string): Registration | string {
  const cells = line.split(',').map((cell) => cell.trim() || undefined);
  if (cells.length > COLUMNS.length) return `has ${cells.length} columns, and only ${COLUMNS.join(', ')} are known`;
  const [registrationId, currentHub, enrollment] = cells;
  return { registrationId, currentHub, enrollment };
}
