import * as z from 'zod';
import type { EmulatorDescription } from '../emulator/describe.ts';
import type { Device } from './devices.ts';
import type { EmulatorApi } from './emulator-api.ts';
import { ENROLLMENTS } from './service-apis.ts';

/** What DPS knows of a device. */
export interface Registration {
  readonly registrationId: string;
  readonly dps: string;
  readonly status: string;
  /** Host name; `undefined` where it has none. */
  readonly hub: string | undefined;
  readonly lastUpdated: Date;
}

const state = z.object({
  registrationId: z.string(),
  status: z.string(),
  assignedHub: z.string().optional(),
  lastUpdatedDateTimeUtc: z.coerce.date(),
});

/** Reads the registrations of all enrollments that the devices come in by, through the service API. */
export async function readRegistrations(
  api: EmulatorApi,
  { provisioningServices }: EmulatorDescription,
  devices: readonly Device[],
): Promise<Registration[]> {
  const hostOf = (dps: string) =>
    `https://${provisioningServices.find(({ name }) => name === dps)?.serviceOperationsHostName}`;
  const enrollments = new Map(devices.map((device) => [`${device.dps} ${device.kind} ${device.enrollment}`, device]));
  const read = [...enrollments.values()].map(async ({ dps, kind, enrollment }) => {
    const url = `${hostOf(dps)}/registrations/${enrollment}`;
    const items =
      kind === 'group'
        ? await api.query(`${url}/query?${ENROLLMENTS.version}`, ENROLLMENTS.audience)
        : [await api.get(`${url}?${ENROLLMENTS.version}`, ENROLLMENTS.audience)];
    return items.map((item) => toRegistration(dps, item));
  });
  return (await Promise.all(read)).flat();
}

function toRegistration(dps: string, item: unknown): Registration {
  const { registrationId, status, assignedHub: hub, lastUpdatedDateTimeUtc: lastUpdated } = state.parse(item);
  return { registrationId, dps, status, hub, lastUpdated };
}
