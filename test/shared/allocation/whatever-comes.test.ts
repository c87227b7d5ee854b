import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseAttestationMessage } from '../../../shared/allocation/attestation-message.ts';
import { DENIAL_REASONS } from '../../../shared/allocation/denial-reasons.ts';
import { composeAllocation, type WebhookResult } from '../../../shared/compose-allocation.ts';
import { asObject } from '../../../shared/json.ts';
import { HUBS } from '../../support/allocation-builders.ts';
import { counted } from '../../support/counts.ts';
import { hostileBodies, MARK } from './hostile-bodies.ts';

// The webhook as its function runs it, but for the host: octets in; status, body, log lines and message out.

const RULES = {
  rules: [
    { name: 'a', match: { payload: { '/value/0': { exists: true } }, issuer: 'CN=*' }, hubs: [HUBS[0]] },
    { name: 'b', match: { registrationId: '*-*-*' }, hubs: ['elsewhere.azure-devices.net'] },
    { name: 'c', match: { registrationId: '*z*' }, deny: 'Closed.' },
  ],
};
/** What a queue takes, before base64. */
const LONGEST_MESSAGE = 48 * 1024;

beforeAll(() => vi.stubEnv('ALLOCATION_RULES', JSON.stringify(RULES)));
afterAll(() => vi.unstubAllEnvs());

/** The hubs that a body offers, in lower case, as whoever reads its JSON plainly would say. */
function offered(body: Uint8Array): readonly unknown[] {
  const { linkedHubs } = asObject(JSON.parse(new TextDecoder().decode(body))) ?? {};
  return Array.isArray(linkedHubs) ? linkedHubs : [];
}

interface Answered {
  readonly body: Uint8Array;
  readonly result: WebhookResult;
  /** What was logged. */
  readonly lines: readonly string[];
}

/** What nothing that is said may hold: what a device sent, a certificate, a second line, a stack. */
const UNSAYABLE = new RegExp(`${MARK}|BEGIN CERT|MIIMII|\\n| {4}at `);

/** What is wrong with an answer, in words, since a check in the test's own takes longer than the webhook. */
function* faultsOf({ body, result: { status, body: answer, message }, lines }: Answered): Generator<string> {
  if (status !== 200 && status !== 400) yield `the status is ${status}`;
  if ((message === undefined) !== (status === 400)) yield 'evidence is of those devices alone that are allocated';
  if (status === 200 && !offered(body).includes(answer.iotHubHostName)) yield 'the hub was not offered';
  if (status === 400 && !Object.hasOwn(DENIAL_REASONS, String(answer.reason))) yield 'the reason is none';
  if (status === 400 && !/^[^\n]+$/.test(String(answer.message))) yield 'the message is not one line';
  if (lines.length !== 1 || !('event' in JSON.parse(lines[0] ?? ''))) yield 'the log has not one event';
  if ([...lines, JSON.stringify(answer)].some((said) => UNSAYABLE.test(said))) yield 'something is repeated';
  if (message === undefined) return;
  const text = JSON.stringify(message);
  if (Buffer.byteLength(text) > LONGEST_MESSAGE) yield 'the message does not fit into the queue';
  // The name of a CA is evidence; what the device sent is not.
  if (JSON.stringify({ ...message, issuerName: undefined }).includes(MARK)) yield 'the message holds the payload';
  if ('faults' in parseAttestationMessage(JSON.parse(text), new Date())) yield 'the message cannot be read';
}

describe('the webhook, whatever it is sent', () => {
  it('answers 200 with a hub that was offered or 400 with a reason, and repeats nothing', { timeout: 900_000 }, () => {
    const statuses = { 200: 0, 400: 0, 503: 0 };
    const reasons = new Set<unknown>();
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    fc.assert(
      fc.property(hostileBodies, (body) => {
        const lines: string[] = [];
        const log = (line: string) => void lines.push(line);
        const result = composeAllocation({ log, warn: log })(Uint8Array.from(body).buffer, undefined);
        statuses[result.status] += 1;
        if (result.status === 400) reasons.add(result.body.reason);
        const faults = [...faultsOf({ body, result, lines })];
        if (Object.getOwnPropertyNames(Object.prototype).join() !== before)
          faults.push('every object has a new member');
        if (faults.length > 0) expect({ faults, result, lines }).toEqual({ faults: [], result, lines });
      }),
      { numRuns: counted(10_000, 200_000) },
    );
    // Bodies of which none comes through, or all do, would show nothing.
    expect(statuses[200]).toBeGreaterThan(counted(1000, 20_000));
    expect(reasons).toEqual(new Set(Object.keys(DENIAL_REASONS)));
  });
});
