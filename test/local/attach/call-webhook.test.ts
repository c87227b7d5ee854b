import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { callWebhook } from '../../../local/attach/call-webhook.ts';
import { createTls } from '../../../local/emulator/tls.ts';

const KEY = 'f4nct10n-k3y';
/** Long enough for any answer that comes at all. */
const AMPLE_MS = 20_000;
const servers: Server[] = [];

/** Listens; returns the URL of the webhook there. */
async function listening(server: Server, scheme = 'http'): Promise<string> {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/api/allocate?code=${KEY}`;
}
const webhook = (answer: RequestListener) => listening(createServer(answer));

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('a call of a webhook', () => {
  it('posts JSON, and gives status and body back', async () => {
    const url = await webhook(async (request, response) => {
      const { method, headers, url: path } = request;
      response.writeHead(429);
      response.end(JSON.stringify({ method, type: headers['content-type'], path, body: await text(request) }));
    });
    const outcome = await callWebhook(url, { linkedHubs: ['ü'] }, AMPLE_MS);
    expect(outcome).toStrictEqual({
      kind: 'answer',
      status: 429,
      body: JSON.stringify({
        method: 'POST',
        type: 'application/json; charset=utf-8',
        // It has come; what quotes it is given back without it.
        path: '/api/allocate?****',
        body: '{"linkedHubs":["ü"]}',
      }),
    });
  });

  it('follows no redirection, which would take the body elsewhere', async () => {
    const paths: (string | undefined)[] = [];
    const url = await webhook(({ url: path }, response) => {
      paths.push(path);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await callWebhook(url, {}, AMPLE_MS)).toStrictEqual({ kind: 'answer', status: 307, body: '' });
    expect(paths).toStrictEqual([`/api/allocate?code=${KEY}`]);
  });

  it.each<[string, RequestListener]>([
    ['no answer', () => undefined],
    ['an answer that does not end', (_, response) => response.writeHead(200).write('{')],
  ])('is given up in time: %s', async (_, answer) => {
    expect(await callWebhook(await webhook(answer), {}, 200)).toStrictEqual({ kind: 'timeout', seconds: 0.2 });
  });

  it('tells a connection that breaks, and an address where nobody listens', async () => {
    const url = await webhook(({ socket }) => socket.destroy());
    expect(await callWebhook(url, {}, AMPLE_MS)).toStrictEqual({ kind: 'unreachable', code: 'UND_ERR_SOCKET' });
    const { port } = new URL(url);
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    const nobody = await callWebhook(`http://localhost:${port}/?code=${KEY}`, {}, AMPLE_MS);
    expect(nobody).toStrictEqual({ kind: 'unreachable', code: 'ECONNREFUSED' });
  });

  it('tells a certificate that is not trusted, and what speaks no TLS', async () => {
    const tls = await createTls(new Date());
    const untrusted = await callWebhook(await listening(createTlsServer(tls), 'https'), {}, AMPLE_MS);
    expect(untrusted).toMatchObject({ kind: 'untrusted', code: expect.stringMatching(/CERT|SIGNATURE/) });
    const plain = (await webhook((_, response) => response.end())).replace('http', 'https');
    expect(await callWebhook(plain, {}, AMPLE_MS)).toMatchObject({ kind: 'untrusted' });
  });
});
