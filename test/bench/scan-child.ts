// Reads so many individual enrollments, page by page: as the app does for a scan (`ours`), twice as much as that
// (`planted`), or only parsing them (`floor`). Prints how long that took and the most memory that this process had.
import { enrollmentRecords } from '../../shared/azure/enrollment-records.ts';
import { collectUses } from '../../shared/operations/uses.ts';
import type { Enrollment, Enrollments } from '../../shared/ports.ts';
import { enrollmentPage, PAGE_SIZE } from './enrollment-pages.ts';

const [mode, count] = [process.argv[2], Number(process.argv[3])];
const ENTRIES = Array.from({ length: 20 }, (_, index) => `Plant${index}-2024`);

/** One page for all: making others would take more than reading them. Bytes, as an answer comes. */
const PAGE = Buffer.from(enrollmentPage(0, ENTRIES));

async function* pages(): AsyncGenerator<readonly Enrollment[]> {
  const records = enrollmentRecords();
  for (let page = 0; page < count / PAGE_SIZE; page += 1) {
    yield records.listFromText('individual', PAGE.toString());
    if (mode === 'planted') records.listFromText('individual', PAGE.toString());
  }
}

const enrollments = { enrollments: () => pages() } as unknown as Enrollments;
const began = performance.now();
let seen = 0;
if (mode === 'floor') {
  for (let page = 0; page < count / PAGE_SIZE; page += 1) seen += JSON.parse(PAGE.toString()).length;
} else {
  const uses = await collectUses(enrollments, [], (token) => token.startsWith('entry '));
  for (const use of uses.values()) seen += use.count;
}
if (seen !== count) throw new Error(`${seen} of ${count} enrollments were seen`);
const ms = performance.now() - began;
process.stdout.write(JSON.stringify({ ms, maxRssMb: process.resourceUsage().maxRSS / 1000 }));
