import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fixtureApp } from './fixture-app.ts';

const MAIN = fileURLToPath(new URL('../../../local/host/main.ts', import.meta.url));

function start(args: string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, ...environment };
  const child = spawn(process.execPath, [MAIN, '--json', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, err })) };
}

/** A server that answers 404, counts its requests, and so holds a port. */
async function holdPort() {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe('the start of the host', () => {
  it('runs nothing of an app where the port is taken, and says so', async () => {
    const taken = await holdPort();
    const storage = [
      'DefaultEndpointsProtocol=http',
      'AccountName=account',
      'AccountKey=a2V5',
      `QueueEndpoint=http://127.0.0.1:${taken.port}/account`,
    ].join(';');
    const { code, err } = await start(['--app', fixtureApp('jobs'), '--port', String(taken.port)], {
      AzureWebJobsStorage: storage,
      PLAN_SCHEDULE: '0 0 0 1 1 *',
    }).ended;
    await taken.close();
    expect([code, err]).toEqual([1, expect.stringContaining(`Cannot listen on 127.0.0.1:${taken.port}`)]);
    expect(taken.requests()).toBe(0); // A queue trigger would have asked for its queue.
  });

  it('answers 503 until the functions can be called', async () => {
    const held = await holdPort();
    await held.close();
    const address = `http://127.0.0.1:${held.port}/api/early`;
    const { child, ended } = start(['--app', fixtureApp('asks-early'), '--port', String(held.port)], {
      OWN_ADDRESS: address,
    });
    await once(createInterface({ input: child.stdout }), 'line');
    const response = await fetch(address);
    child.kill('SIGTERM');
    expect([response.status, await response.text()]).toEqual([200, '503']);
    expect(await ended).toEqual({ code: 0, err: '' });
  });

  it.each([
    [['--jason'], /^Unknown option '--jason'/],
    [['--port', '70000'], /^Cannot use --port 70000: give a number from 0 to 65535\.\n$/],
  ])('refuses %j with exit code 2', async (args, message) => {
    expect(await start(args).ended).toEqual({ code: 2, err: expect.stringMatching(message) });
  });
});
