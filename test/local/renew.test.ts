import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endState } from '../support/end-state.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

const RUN = fileURLToPath(new URL('../../local/run.mjs', import.meta.url));
const KEY = 'f4nct10n-k3y';

async function renew(url: string, keys: Record<string, string>, args: readonly string[]) {
  const child = spawn(process.execPath, [RUN, 'renew', ...args], {
    env: { PATH: process.env.PATH, RENEW_APP_URL: url, ...keys },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const [code] = await once(child, 'close');
  // Whatever is asked for, and whatever comes of it.
  for (const key of Object.values(keys)) expect(text.out + text.err).not.toContain(key);
  return { code: code as number | null, ...text };
}

/** A run in one line, for a sentence that may be broken anywhere. */
const flat = (text: string) => text.replace(/\s+/g, ' ').trim();

describe('npm run renew, on a running app', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startRunningApp();
  });
  afterAll(() => app?.close());

  const versions = (ca: string) => endState(app.emulator).vaults[`kv-fleet/${ca}`] ?? [];
  const run = (...args: string[]) => {
    const { 'renew-now': renewNow = '', status = '' } = app.host().keys.functions;
    return renew(app.host().url, { RENEW_FUNCTION_KEY: renewNow, STATUS_FUNCTION_KEY: status }, args);
  };

  it('queues a CA that is not due, says so, and how it would be renewed all the same', async () => {
    const { code, out, err } = await run('--ca', 'plant-b-ca');
    expect([code, err]).toEqual([0, '']);
    expect(flat(out)).toMatch(
      /^✓ plant-b-ca: queued; its newest version is .+ In its vault: wait, not-due\. .+ To renew it all the same, add --force\. http.+\/api\/status$/,
    );
    await app.queueEmpty();
    expect(versions('plant-b-ca')).toHaveLength(1);
  });

  it('cannot wait before the first scan: there is no status yet', async () => {
    const { code, err } = await run('--ca', 'plant-b-ca', '--wait');
    expect(code).toBe(1);
    expect(flat(err)).toBe(
      "'plant-b-ca' is queued; its end cannot be told: no scan has run yet, and the status begins with one.",
    );
    await app.queueEmpty();
  });

  it('--force --wait renews it, and shows what was done', async () => {
    await app.scan();
    await app.queueEmpty();
    const { code, out, err } = await run('--ca', 'plant-b-ca', '--force', '--wait', '--json');
    expect([code, err]).toEqual([0, '']);
    const [old, renewed, ...more] = versions('plant-b-ca');
    expect(more).toEqual([]);
    const { outcome, thumbprint, ended } = JSON.parse(out);
    expect([outcome, thumbprint, ended.thumbprint]).toEqual(['finished', old?.thumbprint, renewed?.thumbprint]);
    const history: { event: string; ca: string }[] = ended.history;
    expect(history.map(({ event }) => event)).toEqual([
      'certificate_requested',
      'certificate_issued',
      'certificate_uploaded',
      'possession_proven',
      'certificate_trusted',
    ]);
    expect(history.every(({ ca }) => ca === 'plant-b-ca')).toBe(true);
  });

  it('shows the same to people', async () => {
    const { code, out } = await run('--ca', 'plant-b-ca', '--wait');
    expect(code).toBe(0);
    const [, renewed] = versions('plant-b-ca');
    expect(flat(out)).toContain(`The newest version is ${renewed?.thumbprint.slice(0, 8)}…, valid until `);
    expect(flat(out)).toMatch(/vault: wait, not-due\. .+ dps-fleet: wait, older-unexpired\. /);
  });

  it('is refused with exit code 3 where a person must act', async () => {
    const unknown = await run('--ca', 'plant-x-ca');
    expect([unknown.code, unknown.err]).toEqual([3, '']);
    expect(flat(unknown.out)).toMatch(/^✗ unknown-ca No certificate 'plant-x-ca' is in https:/);
    const root = await run('--ca', 'fleet-root', '--json');
    expect(root.code).toBe(3);
    expect(JSON.parse(root.out)).toMatchObject({ outcome: 'refused', status: 409, reason: 'unmanaged' });
  });

  it('with another function’s key fails, and says whose it takes', async () => {
    const { functions } = app.host().keys;
    const { code, out, err } = await renew(app.host().url, { RENEW_FUNCTION_KEY: functions.allocate ?? '' }, [
      '--ca',
      'a',
    ]);
    expect([code, out]).toEqual([1, '']);
    expect(flat(err)).toMatch(/answered 401: it takes another key, that of the function renew-now or a host key\.$/);
    const status = await renew(app.host().url, { RENEW_FUNCTION_KEY: functions['renew-now'] ?? '' }, [
      '--ca',
      'plant-b-ca',
      '--wait',
    ]);
    expect(status.code).toBe(1);
    expect(flat(status.err)).toContain(
      "'plant-b-ca' is queued; its end cannot be told: GET /api/status takes another key.",
    );
  });
});

describe('npm run renew, where something else answers', () => {
  it.each<[string, RequestListener, number, RegExp]>([
    ['nothing of the kind', (_, response) => response.writeHead(404).end(), 1, /there is no such route/],
    ['a page', (_, response) => response.end('<p>hello'), 1, /answered 200, without saying why/],
    [
      'a way elsewhere, where the key does not go',
      (_, response) => response.writeHead(307, { location: '/x' }).end(),
      1,
      /answered 307/,
    ],
    ['an error', (_, response) => response.writeHead(500).end(), 1, /answered 500.+ Read the log of the function/],
    [
      'wrong settings',
      (_, response) =>
        response
          .writeHead(503)
          .end(JSON.stringify({ reason: 'settings-invalid', message: 'Wrong.', faults: ['A', 'B'] })),
      1,
      /✗ settings-invalid Wrong\. A B$/,
    ],
    ['nobody', (request) => request.socket.destroy(), 1, /Cannot call POST .+: (UND_ERR_SOCKET|ECONNRESET)\./],
  ])('%s', async (_, answer, exitCode, message) => {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(`${request.method} ${request.url} ${request.headers['x-functions-key'] === KEY}`);
      answer(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, out, err } = await renew(url, { RENEW_FUNCTION_KEY: KEY }, ['--ca', 'plant-a-ca']);
    server.close();
    expect(code).toBe(exitCode);
    expect(flat(out + err)).toMatch(message);
    expect(paths).toEqual(['POST /api/renew true']);
  });

  it('--help explains itself, and wrong usage ends with 2', async () => {
    expect(await renew('', {}, ['--help'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('Usage: npm run renew'),
    });
    expect(await renew('', {}, ['--forced'])).toMatchObject({ code: 2, out: '' });
  });
});
