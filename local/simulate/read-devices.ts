import type { AllocationRequest } from '../../shared/allocation/allocation-request.ts';
import { counted } from '../terminal/layout.ts';
import { readText } from './read-text.ts';
import { inventRegistrations, type NumberedRegistration, readRegistrations } from './registrations.ts';
import { toRequest } from './to-request.ts';

/** The devices to simulate. */
export interface Devices {
  /** Where they come from, for people. */
  readonly source: string;
  readonly registrations: readonly NumberedRegistration[];
  /** What each would ask of the webhook. Throws an Error with every line that it cannot use. */
  readonly requests: (linkedHubs: readonly string[]) => readonly AllocationRequest[];
}

const DEFAULT_COUNT = 10_000;
const MOST_DEVICES = 1_000_000;
/** Of a file that is wrong in every line. */
const MOST_FAULTS = 20;

/**
 * Reads devices from a file, or makes some up.
 * @param options.file its name @param options.count how many to make up, as text
 */
export function readDevices({ file, count }: { file?: string | undefined; count?: string | undefined }): Devices {
  if (file !== undefined && count !== undefined) {
    throw new Error('--registrations and --count exclude each other: devices come from a file or are made up.');
  }
  if (file === undefined) {
    const number = Number(count ?? DEFAULT_COUNT);
    if (!Number.isInteger(number) || number < 1 || number > MOST_DEVICES) {
      throw new Error(`--count must be a whole number from 1 to ${MOST_DEVICES}, and is '${count}'.`);
    }
    return devicesOf(`${number.toLocaleString('en')} made-up devices`, '--count', inventRegistrations(number));
  }
  const { registrations, faults } = readRegistrations(readText(file, 'registrations'));
  throwFaults(file, faults);
  if (registrations.length === 0) throw new Error(`Cannot simulate with '${file}': it holds no registration.`);
  return devicesOf(`${registrations.length.toLocaleString('en')} devices from ${file}`, file, registrations);
}

function devicesOf(source: string, file: string, registrations: readonly NumberedRegistration[]): Devices {
  return {
    source,
    registrations,
    requests(linkedHubs) {
      const faults: string[] = [];
      const requests = registrations.flatMap(({ line, registration }) => {
        const parsed = toRequest(registration, linkedHubs);
        if ('request' in parsed) return parsed.request;
        faults.push(...parsed.faults.map((fault) => `line ${line}: ${fault}`));
        return [];
      });
      throwFaults(file, faults);
      return requests;
    },
  };
}

function throwFaults(file: string, faults: readonly string[]): void {
  if (faults.length === 0) return;
  const more = faults.length - MOST_FAULTS;
  const lines = [...faults.slice(0, MOST_FAULTS), ...(more > 0 ? [`and ${counted(more, 'other fault')}`] : [])];
  throw new Error([`Cannot use the registrations in '${file}':`, ...lines.map((line) => `  ${line}`)].join('\n'));
}
