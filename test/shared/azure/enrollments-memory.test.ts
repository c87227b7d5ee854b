import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StubDps, startStubDps } from '../../support/stub-dps.ts';

const PROGRAM = fileURLToPath(new URL('../../support/list-enrollments.ts', import.meta.url));
/** All pages together are 70 MB. */
const HEAP_MB = 64;
/** Of which the program itself needs 25. */
const USED_AT_THE_END_MB = 40;
const PAGES = 100;
const PAGE_SIZE = 1_000;

let dps: StubDps;
beforeAll(async () => {
  dps = await startStubDps();
});
afterAll(() => dps.close());

/** JSON text of 0.7 MB. */
function pageText(twin: string): string {
  const records = Array.from({ length: PAGE_SIZE }, (_, index) => {
    const head = `"registrationId":"dev-${index}","etag":"\\"1\\"","initialTwin":${twin}`;
    return `{${head},"optionalDeviceInformation":{"x":"${'x'.repeat(600)}"}}`;
  });
  return `[${records.join(',')}]`;
}

describe('the memory that a list takes', () => {
  it.each([
    ['ordinary numbers', '{"tags":{"x":1}}'],
    // Long: from 13 characters on, the engine makes a piece of a text a view into it.
    ['numbers kept as they came', '{"tags":{"x":123456789012345678901234567890.0}}'],
  ])('is that of a page, not of 100,000 enrollments, whoever keeps some: %s', async (_text, twin) => {
    let served = 0;
    const text = pageText(twin);
    dps.answer(() => {
      served += 1;
      return { text, ...(served < PAGES && { headers: { 'x-ms-continuation': `after ${served}` } }) };
    });
    const options = ['--expose-gc', `--max-old-space-size=${HEAP_MB}`, PROGRAM, dps.host, dps.caCertificate];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    const { bytes, ...counts } = JSON.parse(stdout) as { readonly bytes: number };
    expect(counts).toStrictEqual({ count: PAGES * PAGE_SIZE, kept: PAGES });
    expect(bytes / 1e6).toBeLessThan(USED_AT_THE_END_MB);
  });
});
