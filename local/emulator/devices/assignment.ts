import type { JsonObject } from '../lossless-json.ts';
import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';
import type { Attested } from './attested.ts';
import type { CurrentHub } from './current-hub.ts';

/** One registration on its way to a hub. */
export interface Assignment extends Attested {
  readonly service: ProvisioningService;
  /** As the device spelled it when it first registered. */
  readonly registrationId: string;
  /** What the device sent along; `undefined` if nothing. */
  readonly payload: unknown;
  /** The enrollment's record as the service API shows it, the query of its webhook's URL masked. */
  readonly record: JsonObject;
  /** Where the device is when it begins. */
  readonly current: CurrentHub | undefined;
  /** Hubs that it may go to, host names: one if it has to stay. */
  readonly linkedHubs: readonly string[];
}
