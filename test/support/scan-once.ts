import { compose } from '../../shared/compose.ts';

// A program: one scan, through the adapters of Azure, with the settings of its environment. Prints the events that it
// emits, one line of JSON each, and at the end how many CAs are to be renewed and how many bytes are in use. Node's
// option: --expose-gc.

const { scan } = compose({ log: console.log, warn: console.log });
const renewing = await scan();
globalThis.gc?.();
console.log(JSON.stringify({ renewing: renewing.length, bytes: process.memoryUsage().heapUsed }));
