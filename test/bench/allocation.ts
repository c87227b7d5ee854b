import { hash } from 'node:crypto';
import { allocate } from '../../shared/allocation/allocate.ts';
import { request, rulesOf } from '../support/allocation-builders.ts';
import type { Bench } from './bench.ts';
import { compared, timed } from './statistics.ts';

const HUBS = parsed(Array.from({ length: 50 }, (_, index) => `hub-${index}.azure-devices.net`));
const DECISIONS = 200;
const PAIRS = 151;

/** Twenty rules of all kinds, of which none matches, so that all are tried, and the default rule weighs all hubs. */
const RULES = rulesOf(
  ...Array.from({ length: 20 }, (_, index) => ({ name: `rule-${index}`, match: matchOf(index), deny: 'not matched' })),
);
const WEIGHTS = new Map(HUBS.map((hub, index) => [hub, { weight: 1 + (index % 3), applies: true }]));

function matchOf(index: number): object {
  switch (index % 4) {
    case 0:
      return { enrollment: `plant-b-${index}-*` };
    case 1:
      return { registrationId: [`press-${index}-*`, `*-spare-${index}`] };
    case 2:
      return { issuer: `CN=Plant ${index} CA, O=Contoso` };
    default:
      return { payload: { '/model': { equals: `m-${index}` } } };
  }
}

/** Texts as a call's body holds them: what has just been put together from pieces is slower to read. */
function parsed(texts: readonly string[]): readonly string[] {
  return JSON.parse(JSON.stringify(texts));
}

/** The first 48 bits of a digest, an octet a character. */
function numberOf(digest: string): number {
  let n = 0;
  for (let octet = 0; octet < 6; octet += 1) n = n * 256 + digest.charCodeAt(octet);
  return n;
}

/** How long one decision of the webhook takes, once its body is parsed. */
export const allocation: Bench = {
  name: 'allocation',
  floor:
    'one SHA-256 of the registrationId for each hub, its first 48 bits as a number, by the fastest call that Node.js ' +
    'has: every hub gets a score of its own for each device, so that one that comes or goes moves no other device',
  planted: 'every decision is made twice',
  async run({ planted }) {
    const ids = parsed(Array.from({ length: DECISIONS }, (_, index) => `device-${index}`));
    // Made before anything is timed: reading a call is not deciding on it.
    const calls = ids.map((registrationId) => request({ registrationId, linkedHubs: HUBS, payload: { model: 'm' } }));
    let kept = 0;
    const { ratio, ours, floor } = await compared(
      PAIRS,
      () =>
        timed(() => {
          for (const call of calls) {
            if ('hub' in allocate(call, RULES, WEIGHTS)) kept += 1;
            if (planted) allocate(call, RULES, WEIGHTS);
          }
        }),
      () =>
        timed(() => {
          for (const id of ids) for (const _ of HUBS) kept += numberOf(hash('sha256', id, 'binary'));
        }),
    );
    if (kept < DECISIONS) throw new Error('Cannot measure decisions: no hub was chosen');
    const micros = (ms: number) => ((ms / DECISIONS) * 1000).toFixed(0);
    return [
      {
        name: 'allocation decision, 50 hubs and 20 rules ÷ one SHA-256 per hub',
        value: ratio,
        reach: { atMost: 1.5 },
        detail: `${micros(ours)} µs ÷ ${micros(floor)} µs`,
      },
    ];
  },
};
