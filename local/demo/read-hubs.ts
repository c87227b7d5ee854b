import * as z from 'zod';
import type { EmulatorDescription } from '../emulator/describe.ts';
import type { EmulatorApi } from './emulator-api.ts';
import { ARM } from './service-apis.ts';

/** An IoT hub that a DPS is linked to. */
export interface LinkedHub {
  /** Host name. */
  readonly name: string;
  readonly weight: number;
}

const resource = z.object({
  properties: z.object({ iotHubs: z.array(z.object({ name: z.string(), allocationWeight: z.number() })) }),
});

/** Reads the linked hubs of all provisioning services from the resource manager, each once. */
export async function readHubs(api: EmulatorApi, description: EmulatorDescription): Promise<LinkedHub[]> {
  const { resourceManager, provisioningServices } = description;
  const resources = await Promise.all(
    provisioningServices.map(({ resourceId }) =>
      api.get(`${resourceManager}${resourceId}?${ARM.version}`, ARM.audience),
    ),
  );
  const hubs = resources.flatMap((each) => resource.parse(each).properties.iotHubs);
  const byName = new Map(hubs.map(({ name, allocationWeight }) => [name, { name, weight: allocationWeight }]));
  return [...byName.values()];
}
