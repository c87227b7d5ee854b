import { messageOf } from '../shared/errors.ts';
import type { ResourceId } from '../shared/ports.ts';
import { parseOrigin, parseResourceId } from '../shared/setting-values.ts';
import { type Environment, PUBLIC_RESOURCE_MANAGER } from '../shared/settings.ts';

/** Where one DPS is. */
export interface DpsOption {
  readonly dps: ResourceId;
  /** Origin. */
  readonly resourceManagerUrl: string;
}

/**
 * Reads the option `--dps`, and AZURE_RESOURCE_MANAGER_URL from the environment; or says all that is wrong with them,
 * a sentence each.
 */
export function readDpsOption(
  dps: string | undefined,
  { AZURE_RESOURCE_MANAGER_URL }: Environment,
): DpsOption | { readonly faults: readonly string[] } {
  if (!dps) return { faults: ['Give the DPS: --dps RESOURCE-ID (az iot dps show --name NAME --query id).'] };
  if (dps.includes(',')) return { faults: ['Give one --dps.'] };
  const faults: string[] = [];
  const read = <T>(name: string, parse: (text: string) => T, text: string): T | undefined => {
    try {
      return parse(text);
    } catch (error) {
      faults.push(`${name}: ${messageOf(error)}.`);
      return undefined;
    }
  };
  const service = read('--dps', parseResourceId, dps.trim());
  const manager = AZURE_RESOURCE_MANAGER_URL?.trim() || PUBLIC_RESOURCE_MANAGER;
  const resourceManagerUrl = read('AZURE_RESOURCE_MANAGER_URL', parseOrigin, manager);
  return service && resourceManagerUrl ? { dps: service, resourceManagerUrl } : { faults };
}
