import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { counted } from '../support/counts.ts';
import { CA_NAME, enrolled, naming, OLD } from '../support/moving.ts';
import { plantMany } from '../support/plant-many.ts';

const PROGRAM = fileURLToPath(new URL('../support/scan-once.ts', import.meta.url));
const INDIVIDUALS = counted(10_000, 100_000);
/** Too little for all of the records, which are 2 kB each: 20 MB, or 200, beside the 25 that the program takes. */
const HEAP_MB = counted(40, 128);
const TIMEOUT_MS = 300_000;

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ seed: enrolled([{ enrollmentGroups: [naming('line-1')] }]) });
  const dps = emulator.provisioningServices.get('dps-1');
  if (dps) plantMany(dps, INDIVIDUALS, OLD);
}, TIMEOUT_MS);
afterAll(() => emulator?.close());

describe(`a scan of ${INDIVIDUALS} individual enrollments`, () => {
  it(`is done on a heap of ${HEAP_MB} MB, and has seen all of them`, { timeout: TIMEOUT_MS }, async () => {
    const { description } = emulator;
    const env = {
      PATH: process.env.PATH,
      KEY_VAULT_URLS: description.keyVaults.map(({ url }) => url).join(','),
      DPS_RESOURCE_IDS: description.provisioningServices.map(({ resourceId }) => resourceId).join(','),
      AZURE_RESOURCE_MANAGER_URL: description.resourceManager,
      IDENTITY_ENDPOINT: description.identity.endpoint,
      IDENTITY_HEADER: description.identity.header,
      NODE_EXTRA_CA_CERTS: description.caCertificate,
      SCAN_SCHEDULE: '0 0 * * * *',
    };
    emulator.clearRequests();
    const options = ['--expose-gc', `--max-old-space-size=${HEAP_MB}`, PROGRAM];
    const { stdout } = await promisify(execFile)(process.execPath, options, { env });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'scan_completed',
        renewing: [expect.objectContaining({ ca: CA_NAME })],
        failures: [],
      }),
    );
    expect(lines.at(-1)).toMatchObject({ renewing: 1 });
    const queries = emulator.requests().filter(({ path }) => path.endsWith('/enrollments/query'));
    expect(queries.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(INDIVIDUALS / 1_000);
  });
});
