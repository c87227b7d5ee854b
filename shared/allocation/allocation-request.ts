import { asObject, type JsonObject } from '../json.ts';
import type { EnrollmentKind } from '../ports.ts';
import { type DeviceCertificate, readDeviceCertificate } from './device-certificate.ts';

/** What DPS asks of the webhook for one device (AllocationRequest), as far as an answer depends on it. */
export interface AllocationRequest {
  readonly enrollment: {
    readonly kind: EnrollmentKind;
    /** `enrollmentGroupId` or `registrationId` of the enrollment, as DPS spells it. */
    readonly id: string;
    /** `reprovisionPolicy.updateHubAssignment: false`: whatever is answered, DPS leaves the device where it is. */
    readonly keepsHub: boolean;
  };
  readonly registrationId: string;
  /** Where the device is assigned at present; `undefined` for a device that is new. */
  readonly currentHub: string | undefined;
  /** Each once, in DPS's order and spelling; the answer is one of them. */
  readonly linkedHubs: readonly string[];
  /** `undefined` for a device that attests with a symmetric key or a TPM. */
  readonly certificate: DeviceCertificate | undefined;
  /** What the device sent, any JSON value; `undefined` if it sent nothing, or null. */
  readonly payload: unknown;
}

/** A request, or everything that is wrong with it, one sentence each, with its path. No value is ever quoted. */
export type ParsedRequest = { readonly request: AllocationRequest } | { readonly faults: readonly string[] };

/** What DPS documents for registration and enrollment ids; nothing else is hashed, matched or logged. */
const ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** A host name, RFC 1123 section 2.1; 253 characters are all that DNS can carry. */
const HUB = /^[A-Za-z0-9._-]{1,253}$/;

/**
 * Reads the body that DPS posts to a custom allocation webhook, once it is JSON. Members that are not known are passed
 * over, members that are null count as absent: the type is documented by its names only, and grows. Never throws.
 */
export function parseAllocationRequest(body: unknown): ParsedRequest {
  const faults: string[] = [];
  const fault = (path: string, must: string, value: unknown) => {
    faults.push(`${path}: must be ${must}, and is ${kindOf(value)}`);
    return undefined;
  };
  const root = asObject(body);
  if (root === undefined) return { faults: [`the body: must be an object, and is ${kindOf(body)}`] };
  const enrollment = readEnrollment(root, fault);
  const context = asObject(member(root, 'deviceRuntimeContext'));
  if (context === undefined) fault('deviceRuntimeContext', 'an object', member(root, 'deviceRuntimeContext'));
  const registrationId = context && readId(context, 'registrationId', 'deviceRuntimeContext', fault);
  const currentHub = context && readCurrentHub(context, fault);
  const linkedHubs = readHubs(member(root, 'linkedHubs'), fault);
  if (faults.length > 0 || !context || !enrollment || registrationId === undefined || !linkedHubs) return { faults };
  const x509 = member(context, 'x509');
  return {
    request: {
      enrollment,
      registrationId,
      currentHub,
      linkedHubs,
      certificate: x509 === undefined ? undefined : readDeviceCertificate(x509),
      payload: member(context, 'payload'),
    },
  };
}

type Fault = (path: string, must: string, value: unknown) => undefined;

function readEnrollment(root: JsonObject, fault: Fault): AllocationRequest['enrollment'] | undefined {
  const given = (['enrollmentGroup', 'individualEnrollment'] as const).filter(
    (name) => member(root, name) !== undefined,
  );
  const [name] = given;
  if (name === undefined || given.length > 1) {
    return fault('enrollmentGroup, individualEnrollment', 'one of the two', given.length > 1 ? given : undefined);
  }
  const record = asObject(member(root, name));
  if (record === undefined) return fault(name, 'an object', member(root, name));
  const group = name === 'enrollmentGroup';
  const id = readId(record, group ? 'enrollmentGroupId' : 'registrationId', name, fault);
  if (id === undefined) return undefined;
  const keepsHub = asObject(member(record, 'reprovisionPolicy'))?.updateHubAssignment === false;
  return { kind: group ? 'group' : 'individual', id, keepsHub };
}

function readId(record: JsonObject, name: string, path: string, fault: Fault): string | undefined {
  const id = member(record, name);
  if (typeof id === 'string' && ID.test(id)) return id;
  return fault(`${path}.${name}`, "1 to 128 letters, digits, '-', '.', '_', ':'", id);
}

/** The documentation spells its name in two ways; DPS has been seen to send the first. */
function readCurrentHub(context: JsonObject, fault: Fault): string | undefined {
  const name = ['currentIotHubHostName', 'currentIoTHubHostName'].find((each) => member(context, each) !== undefined);
  const hub = name === undefined ? undefined : member(context, name);
  if (hub === undefined || hub === '') return undefined;
  return isHub(hub) ? hub : fault(`deviceRuntimeContext.${name}`, 'a host name', hub);
}

function readHubs(value: unknown, fault: Fault): readonly string[] | undefined {
  if (!Array.isArray(value)) return fault('linkedHubs', 'an array', value);
  const wrong = value.findIndex((hub) => !isHub(hub));
  if (wrong >= 0) return fault(`linkedHubs[${wrong}]`, 'a host name', value[wrong]);
  const hubs: readonly string[] = value;
  const seen = new Set<string>();
  return hubs.filter((hub) => seen.size < seen.add(hub.toLowerCase()).size);
}

function isHub(value: unknown): value is string {
  return typeof value === 'string' && HUB.test(value);
}

/** An own member; null is what .NET writes for absent. */
function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}

/** What a value is, without a word of what it says: bodies hold device data, and faults are logged. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
