import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { type HostProcess, startHostProcess } from '../../local/host/host-process.ts';
import { HUBS } from '../support/allocation-builders.ts';
import { groupBody } from '../support/webhook-bodies.ts';
import type { Bench } from './bench.ts';
import { buildHelloWorld, buildWebhookAlone } from './small-app.ts';
import { median, percentile } from './statistics.ts';
import { startStorageStub } from './storage-stub.ts';

const CONNECTIONS = 64;
const SECONDS = 2;
const ROUNDS = 15;

/** Rules that cost what the decision itself does many times over. */
const MANY_RULES = JSON.stringify({
  rules: Array.from({ length: 20_000 }, (_, index) => ({
    name: `rule-${index}`,
    match: { registrationId: `*-spare-${index}-*` },
    deny: 'not matched',
  })),
});

interface Load {
  readonly perSecond: number;
  /** How long each call took, in milliseconds. */
  readonly times: readonly number[];
}

/** What the webhook takes when many devices come at once. */
export const webhook: Bench = {
  name: 'webhook',
  floor:
    'a hello-world function with the same bindings (queue output, blob input) on the same host: reading the request, ' +
    'the blob and writing the message are the host’s and cost both the same',
  planted: '20,000 rules, none of which matches',
  async run({ planted }) {
    const storage = await startStorageStub(hubsDocument());
    const hosts: HostProcess[] = [];
    const apps = await Promise.all([buildWebhookAlone(), buildHelloWorld({ withInput: true }), buildHelloWorld()]);
    try {
      for (const [index, { path }] of apps.entries()) {
        const rules = planted && index === 0 ? { ALLOCATION_RULES: 'rules.json' } : {};
        if (planted) writeFileSync(join(path, 'rules.json'), MANY_RULES);
        hosts.push(
          await startHostProcess({ app: path, env: { AzureWebJobsStorage: storage.connectionString, ...rules } }),
        );
      }
      const [ours, same, bare] = hosts;
      if (!ours || !same || !bare) throw new Error('unreachable');
      for (const host of hosts) await shoot(host);
      const rounds: { readonly ours: Load; readonly same: Load }[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        // In turn, and every other time the other way round: what else the machine does befalls both.
        const first = round % 2 === 0 ? await shoot(ours) : undefined;
        const onSame = await shoot(same);
        rounds.push({ ours: first ?? (await shoot(ours)), same: onSame });
      }
      const without = await shoot(bare);
      const mid = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of));
      // Of the calls of all rounds: a round of two seconds has eight that are slower than its p99.
      const p99 = (of: (round: (typeof rounds)[number]) => Load) =>
        percentile(
          rounds.flatMap((round) => of(round).times),
          99,
        );
      const [ourP99, floorP99] = [p99((round) => round.ours), p99((round) => round.same)];
      return [
        {
          name: 'webhook calls a second at 64 connections ÷ hello-world',
          value: mid((round) => round.ours.perSecond / round.same.perSecond),
          reach: { atLeast: 0.85 },
          detail: `${Math.round(mid((round) => round.ours.perSecond))} a second ÷ ${Math.round(mid((round) => round.same.perSecond))} a second; without the blob input ${Math.round(without.perSecond)}`,
        },
        {
          name: 'p99 of webhook calls at 64 connections ÷ hello-world',
          value: ourP99 / floorP99,
          reach: { atMost: 1.25 },
          detail: `${Math.round(ourP99)} ms ÷ ${Math.round(floorP99)} ms`,
        },
      ];
    } finally {
      for (const part of [...hosts, ...apps, storage]) await part.close();
    }
  },
};

/** The blob that scans write for the webhook: one DPS with the hubs of the calls. */
function hubsDocument(): string {
  const hubs = HUBS.map((name) => ({ name, allocationWeight: 1, applyAllocationPolicy: true }));
  return JSON.stringify({ 'dps-1': { at: new Date().toISOString(), hubs } });
}

async function shoot({ functions }: HostProcess): Promise<Load> {
  const url = functions.find(({ name }) => name === 'allocate')?.url ?? '';
  const options = {
    url,
    method: 'POST' as const,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(groupBody()),
    connections: CONNECTIONS,
    duration: SECONDS,
  };
  const times: number[] = [];
  const { requests, non2xx, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    run.on('response', (_client, _status, _bytes, time) => times.push(time));
  });
  if (non2xx + errors > 0) throw new Error(`Cannot measure: ${non2xx} answers were no success, ${errors} did not come`);
  return { perSecond: requests.average, times };
}
