import type { JsonObject } from '../lossless-json.ts';
import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';
import type { ServiceError, ServiceRequest } from '../service.ts';
import type { EnrollmentKind } from './enrollment-store.ts';

/** What reading a record needs: the DPS it is for, and the way to refuse it. */
export interface ReadingContext {
  readonly service: ProvisioningService;
  readonly random: (bytes: number) => Uint8Array;
  /**
   * An error of the service API: six-digit code, sentence. Known are 400004, 401002 and 429001, and by name 404201.
   * ASSUMED: all other codes (400001 to 400003, 403001, 404202, 409201, 412001) and all sentences but that of 400004.
   */
  readonly refusal: (errorCode: number, message: string) => ServiceError;
}

/** What an operation of the service API works with. */
export interface DataPlaneContext extends ReadingContext {
  readonly request: ServiceRequest;
  /** As `parseLossless` parses it. */
  readonly body: unknown;
  readonly now: Date;
}

/** The member of a record that holds its id. */
export const ID_MEMBER: Readonly<Record<EnrollmentKind, 'enrollmentGroupId' | 'registrationId'>> = {
  group: 'enrollmentGroupId',
  individual: 'registrationId',
};

/** A record's id, if it is text. */
export function idOf(kind: EnrollmentKind, record: JsonObject): string | undefined {
  const id = record[ID_MEMBER[kind]];
  return typeof id === 'string' ? id : undefined;
}
