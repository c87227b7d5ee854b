import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';
import type { ServiceError, ServiceRequest } from '../service.ts';

/** What an operation of the device API works with. */
export interface DeviceContext {
  readonly service: ProvisioningService;
  /** As the path spells it. Devices are the same whatever the case of their ids. */
  readonly registrationId: string;
  readonly request: ServiceRequest;
  /** As `parseLossless` parses it. */
  readonly body: unknown;
  /** By the emulator's clock: certificates are held against it. */
  readonly now: Date;
  /** By the machine's clock: clients make SAS tokens by it. */
  readonly machineNow: Date;
  /**
   * An error of the device API: six-digit code, sentence. Known is 401002 with the sentences 'CA certificate not
   * found.', 'Invalid certificate' and 'Unauthorized'.
   * ASSUMED: all other codes (400001, 404202) and sentences; which of the three says what (see `authenticate*.ts`).
   */
  readonly refusal: (errorCode: number, message: string) => ServiceError;
}
