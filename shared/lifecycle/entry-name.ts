/** Inside what every api-version and the sibling IoT Hub accept: `^[A-Za-z0-9-._]{1,64}$`. */
const LONGEST_NAME = 64;

/**
 * The name under which a generation is uploaded to a DPS: CA name, hyphen, thumbprint. Computed, so that uploading
 * twice is the same upload; of its own for each generation, because enrollments refer to entries by name and new
 * content under an old name would swap the CA under all of them.
 * @param thumbprint SHA-1 of the DER, upper-case hex
 */
export function entryName(caName: string, thumbprint: string): string {
  return `${caName.slice(0, LONGEST_NAME - thumbprint.length - 1)}-${thumbprint}`;
}
