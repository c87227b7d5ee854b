import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Queued } from '../../../local/renew/renewal-answer.ts';
import { waitForRenewal } from '../../../local/renew/wait-for-renewal.ts';

const VAULT = 'https://kv-fleet.vault.azure.net';
const ASKED = '2030-06-15T12:00:00.000Z';
const LATER = '2030-06-15T12:00:05.000Z';
const BEFORE = '2030-06-15T11:00:00.000Z';
const wait = { lane: 'vault', step: 'wait', reason: 'not-due', explanation: 'Not yet.' };
const newest = { thumbprint: 'AB'.repeat(20), notAfter: '2032-01-01T00:00:00.000Z' };
const QUEUED: Queued = { at: ASKED, ca: 'plant-a-ca', vault: VAULT, force: false, ...newest, next: wait, status: '' };
const HURRY = { mostMs: 60_000, everyMs: 1 };

/** A status in which the CA was left by a renewal, if at all, at some time. */
const status = (
  renewedAt?: string,
  history: readonly object[] = [],
  { thumbprint = newest.thumbprint, obstacles = [] as readonly object[] } = {},
) => ({
  snapshot: {
    obstacles,
    cas: [
      {
        ca: { vaultUrl: 'https://other.vault.azure.net', name: 'plant-a-ca' },
        generations: [newest],
        next: [],
        renewedAt: LATER,
      },
      {
        ca: { vaultUrl: VAULT, name: 'plant-a-ca' },
        generations: [{ ...newest, thumbprint }],
        next: [wait],
        ...(renewedAt && { renewedAt }),
      },
    ],
    history,
  },
});

let server: Server;
let answers: [number, unknown][];
let keys: unknown[];
beforeEach(async () => {
  keys = [];
  server = createServer((request, response) => {
    keys.push(request.headers['x-functions-key']);
    // The last one for as long as it is asked for.
    const [code, body] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, ''];
    response.writeHead(code).end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => server.close());

const waiting = (patience = HURRY, queued = QUEUED) => {
  const app = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return waitForRenewal({ app, keys: { renew: 'r', status: 's' } }, queued, patience);
};

describe('waiting for a renewal', () => {
  it('ends with the first status that is of later than the asking, with what was said since, in its order', async () => {
    const said = (at: string, event: string, ca = 'plant-a-ca') => ({ at, event, ca, vault: VAULT });
    const history = [
      said(LATER, 'certificate_trusted'),
      said(LATER, 'certificate_issued', 'plant-b-ca'),
      said(ASKED, 'certificate_requested'),
      said(BEFORE, 'certificate_retired'),
    ];
    answers = [
      [200, status()],
      [503, ''],
      [200, status(BEFORE)],
      [200, status(LATER, history)],
    ];
    expect(await waiting()).toEqual({
      renewedAt: LATER,
      ...newest,
      next: [wait],
      met: [],
      history: [said(ASKED, 'certificate_requested'), said(LATER, 'certificate_trusted')],
    });
    expect(keys).toEqual(['s', 's', 's', 's']);
  });

  it('that is forced ends with another version, not with a renewal that was under way already', async () => {
    const other = 'CD'.repeat(20);
    answers = [
      [200, status(LATER)],
      [200, status(LATER, [], { thumbprint: other })],
    ];
    expect(await waiting(HURRY, { ...QUEUED, force: true })).toMatchObject({ thumbprint: other });
    expect(keys).toHaveLength(2);
  });

  it('ends with what stopped it since, of that CA alone', async () => {
    const met = (at: string, name: string) => ({
      severity: 'attention',
      reason: 'forbidden',
      ca: { vaultUrl: VAULT, name },
      message: '403',
      metAt: at,
    });
    const obstacles = [met(LATER, 'plant-a-ca'), met(BEFORE, 'plant-a-ca'), met(LATER, 'plant-b-ca')];
    answers = [[200, status(LATER, [], { obstacles })]];
    const ended = await waiting(HURRY, { ...QUEUED, force: true });
    expect(ended.met).toEqual([met(LATER, 'plant-a-ca')]);
  });

  it.each<[string, number, unknown, RegExp]>([
    ['another key is wanted', 401, '', /GET \/api\/status takes another key\..+STATUS_FUNCTION_KEY\.$/],
    ['no scan has run', 200, {}, /no scan has run yet/],
    ['it is no status', 200, 'hello', /is no such status\.$/],
  ])('ends at once where %s, and says that the CA is queued', async (_, code, body, message) => {
    answers = [[code, body]];
    const error = await waiting().catch((cause: Error) => cause);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect(error).toMatchObject({ message: expect.stringMatching(/^'plant-a-ca' is queued/) });
    expect(keys).toHaveLength(1);
  });

  it('gives up when its time is over, with what was in the way', async () => {
    answers = [[503, '']];
    await expect(waiting({ mostMs: 0, everyMs: 1 })).rejects.toThrow(
      "'plant-a-ca' is queued, and nothing was heard of it for 0 minutes (GET /api/status answered 503).",
    );
  });
});
