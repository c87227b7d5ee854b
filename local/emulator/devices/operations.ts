import type { JsonObject } from '../lossless-json.ts';
import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';

/** One registration as its device follows it. */
export interface Operation {
  readonly operationId: string;
  /** As the device sees it; `undefined` while a hub is being looked for. */
  result: OperationResult | undefined;
}

export interface OperationResult {
  readonly status: string;
  readonly registrationState: JsonObject;
}

/**
 * The operations of all DPS, one for each registration: that of a device which registers anew takes the place of the
 * former, so that a fleet that registers every hour fills no memory.
 */
export interface Operations {
  begin(service: ProvisioningService, registrationId: string): Operation;
  /** `undefined` if there is none, or if it is no longer the last one. */
  get(service: ProvisioningService, registrationId: string, operationId: string): Operation | undefined;
}

/** @param random the operation's id is of the form that the service's have: `4.` 16 hex digits `.` a GUID */
export function createOperations(random: (bytes: number) => Uint8Array): Operations {
  const services = new WeakMap<ProvisioningService, Map<string, Operation>>();
  return {
    begin: (service, registrationId) => {
      const operations = services.get(service) ?? new Map<string, Operation>();
      services.set(service, operations);
      const operation: Operation = { operationId: operationId(random), result: undefined };
      operations.set(registrationId.toLowerCase(), operation);
      return operation;
    },
    get: (service, registrationId, id) => {
      const operation = services.get(service)?.get(registrationId.toLowerCase());
      return operation?.operationId === id ? operation : undefined;
    },
  };
}

function operationId(random: (bytes: number) => Uint8Array): string {
  const hex = Buffer.from(random(24)).toString('hex');
  return hex.replace(/^(.{16})(.{8})(.{4})(.{4})(.{4})(.{12})$/, '4.$1.$2-$3-$4-$5-$6');
}
