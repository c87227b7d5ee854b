import { counted } from '../support/counts.ts';
import type { Bench } from './bench.ts';
import { inChild } from './in-child.ts';
import { compared } from './statistics.ts';

/** Each certificate is read and verified, once by each side: a million take minutes. */
const REGISTRATIONS = counted(20_000, 1_000_000);
const PAIRS = counted(3, 1);

interface Verdict {
  readonly ms: number;
  readonly growth: number;
}

/** What it costs to know that all devices of a full DPS have moved to the new CA. */
export const evidence: Bench = {
  name: 'evidence',
  floor:
    'reading the same pages of registrations and rows, and verifying each stored certificate once: nothing else proves ' +
    'which CA a device is under',
  planted: 'the verdict is made twice, and every registration is kept',
  async run({ planted }) {
    const growths: number[] = [];
    const run = async (mode: string) => inChild<Verdict>('./evidence-child.ts', [mode, REGISTRATIONS]);
    const { ratio, ours, floor } = await compared(
      PAIRS,
      async () => {
        const { ms, growth } = await run(planted ? 'planted' : 'ours');
        growths.push(growth);
        return ms;
      },
      async () => (await run('floor')).ms,
    );
    const micros = (ms: number) => `${((ms / REGISTRATIONS) * 1000).toFixed(0)} µs`;
    return [
      {
        name: 'evidence verdict ÷ reading the same and verifying each certificate once',
        value: ratio,
        reach: { atMost: 1.3 },
        detail: `${micros(ours)} ÷ ${micros(floor)} a registration, of ${REGISTRATIONS}`,
      },
      {
        name: 'memory in use at the last of 100 enrollments ÷ at the second, evidence',
        value: Math.max(...growths),
        reach: { atMost: 1.05 },
        detail: `garbage collected; ${REGISTRATIONS / 100} registrations in each enrollment`,
      },
    ];
  },
};
