import { createServer, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { openWebhookAddress, type WebhookAddress } from '../../local/webhook-address.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(): Promise<WebhookAddress> {
  const address = await openWebhookAddress('/api/allocate', 'k3y', new Date());
  closers.push(address.close);
  return address;
}

/** POSTs as DPS does; on this machine it trusts any certificate. */
function post(url: string, body: string): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', rejectUnauthorized: false, headers: { 'content-type': 'application/json' } };
    const outgoing = request(url, options, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** A host that answers what it was asked. */
async function startHost(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const echo = async (incoming: IncomingMessage) =>
    JSON.stringify([incoming.method, incoming.url, incoming.headers['content-type'], await text(incoming)]);
  const server = createServer((incoming, response) => {
    void echo(incoming).then((answer) => response.writeHead(400).end(answer));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  closers.push(stop);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

it('is known before there is a host, and asks for patience until then', async () => {
  const { url } = await open();
  expect(url).toMatch(/^https:\/\/localhost:\d+\/api\/allocate\?code=k3y$/);
  expect(await post(url, '{}')).toStrictEqual({ status: 503, body: '' });
});

it('hands on method, path, query, headers and body, and hands back status and body', async () => {
  const address = await open();
  address.forwardTo((await startHost()).url);
  expect(await post(address.url, '{"a":1}')).toStrictEqual({
    status: 400,
    body: '["POST","/api/allocate?code=k3y","application/json","{\\"a\\":1}"]',
  });
});

it('answers 502 when the host has gone', async () => {
  const address = await open();
  const host = await startHost();
  address.forwardTo(host.url);
  await host.stop();
  expect(await post(address.url, '{}')).toStrictEqual({ status: 502, body: '' });
});
