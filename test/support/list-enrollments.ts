import { setDefaultCACertificates } from 'node:tls';
import { createEnrollments } from '../../shared/azure/enrollments.ts';
import type { Enrollment } from '../../shared/ports.ts';

// A program: lists the individual enrollments of a host, and keeps the first of each page, as an operation may that
// has yet to do something with it. Prints how many there were, how many it has kept, and the memory that is in use at the
// end. Node's options: --expose-gc. Arguments: the host, and the CA certificate (PEM) to trust.

const [host = '', caCertificate = ''] = process.argv.slice(2);
setDefaultCACertificates([caCertificate]);
const credential = { getToken: async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 }) };
const kept: Enrollment[] = [];
let count = 0;
for await (const page of createEnrollments(host, credential).enrollments('individual')) {
  count += page.length;
  kept.push(...page.slice(0, 1));
}
globalThis.gc?.();
// Long strings of Node's are not on the heap.
const { heapUsed, external } = process.memoryUsage();
console.log(JSON.stringify({ count, kept: kept.length, bytes: heapUsed + external }));
