import type { JsonObject } from '../../shared/json.ts';

/** Whether a webhook allocates the devices of an enrollment. DPS writes `custom`, its error messages `Custom`. */
export function isCustom({ allocationPolicy }: JsonObject): boolean {
  return typeof allocationPolicy === 'string' && allocationPolicy.toLowerCase() === 'custom';
}
