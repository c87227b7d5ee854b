import { asObject, type JsonObject } from '../lossless-json.ts';

/** What becomes of a device that registers again. */
export interface Reprovisioning {
  readonly updateHubAssignment: boolean;
  readonly migrateDeviceData: boolean;
}

/** The `reprovisionPolicy` of an enrollment's record; where it says nothing both are true, the service's default. */
export function readReprovisioning(record: JsonObject): Reprovisioning {
  const policy = asObject(record.reprovisionPolicy);
  return {
    updateHubAssignment: policy?.updateHubAssignment !== false,
    migrateDeviceData: policy?.migrateDeviceData !== false,
  };
}
