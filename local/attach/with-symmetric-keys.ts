import type { DataPlaneClient } from '../../shared/azure/data-plane-client.ts';
import { KINDS } from '../../shared/azure/enrollment-records.ts';
import { translated } from '../../shared/azure/rest-error.ts';
import { asObject, type JsonObject } from '../../shared/json.ts';
import type { Enrollment } from '../../shared/ports.ts';
import { parsedObject } from './parsed-object.ts';

/**
 * Returns what puts the symmetric keys back into a record. DPS never shows them with an enrollment, and one that is
 * written without them gets new ones: its devices could not enroll any more. They are only read where they are needed.
 * Throws an Error where they cannot be had.
 * @param enrollment its ETag changes with its keys, so a write on condition of it writes the present ones
 */
export async function withSymmetricKeys(
  { kind, id, record }: Enrollment,
  dataPlane: DataPlaneClient,
): Promise<(record: JsonObject) => JsonObject> {
  const { path, called } = KINDS[kind];
  const attestation = asObject(record.attestation);
  if (attestation?.type !== 'symmetricKey') return (present) => present;
  const doing = `read the symmetric keys of ${called} '${id}', which a write needs`;
  const { text } = await dataPlane({ method: 'post', path: [path, id, 'attestationmechanism'] }).catch((error) => {
    throw translated(error, doing);
  });
  const keys = asObject(parsedObject(text)?.symmetricKey);
  if (typeof keys?.primaryKey !== 'string' || typeof keys.secondaryKey !== 'string') {
    throw new Error(`Cannot ${doing}: the answer does not hold them`);
  }
  return (present) => ({ ...present, attestation: { ...asObject(present.attestation), symmetricKey: keys } });
}
