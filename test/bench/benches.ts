import { allocation } from './allocation.ts';
import type { Bench } from './bench.ts';
import { calls } from './calls.ts';
import { certificates } from './certificates.ts';
import { criticalPathBench } from './critical-path.ts';
import { evidence } from './evidence.ts';
import { hosts } from './hosts.ts';
import { load } from './load.ts';
import { manyCas } from './many-cas.ts';
import { memory } from './memory.ts';
import { packageBench } from './package.ts';
import { scan } from './scan.ts';
import { webhook } from './webhook.ts';

/**
 * Every bench, in the order in which they run: first what is measured in this process, and is a few microseconds long,
 * before anything else has been compiled there.
 */
export const BENCHES: readonly Bench[] = [
  allocation,
  certificates,
  calls,
  criticalPathBench,
  manyCas,
  hosts,
  load,
  webhook,
  scan,
  evidence,
  packageBench,
  memory,
];
