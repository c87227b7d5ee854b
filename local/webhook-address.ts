import { randomBytes } from 'node:crypto';
import { request as forward, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './emulator/listener.ts';
import { createTls } from './emulator/tls.ts';

/** An https address for an HTTP function whose host is not up yet. */
export interface WebhookAddress {
  /** With the function key. */
  readonly url: string;
  readonly key: string;
  /** From now on calls go to the host at this http address; until then they are answered 503. */
  forwardTo(host: string): void;
  close(): Promise<void>;
}

const KEY_OCTETS = 32;

/** Such an address for the app's own webhook, with a new key. */
export function openAllocationWebhook(now: Date): Promise<WebhookAddress> {
  return openWebhookAddress('/api/allocate', randomBytes(KEY_OCTETS).toString('base64url'), now);
}

/**
 * What Azure's front end is to a function app: it speaks TLS, which is the only thing that DPS and the app's settings
 * take for a webhook, and hands on to the host. The address is known before the host is up, so that the app can be told
 * of it in its settings.
 * @param path of the function @param key its function key
 */
export async function openWebhookAddress(path: string, key: string, now: Date): Promise<WebhookAddress> {
  let host: string | undefined;
  const { port, close } = await listen(
    (request, response) => {
      if (host === undefined) response.writeHead(503).end();
      else passOn(request, response, new URL(request.url ?? '/', host));
    },
    await createTls(now),
  );
  return {
    url: `https://localhost:${port}${path}?code=${key}`,
    key,
    forwardTo: (address) => {
      host = address;
    },
    close,
  };
}

/** Those that concern one connection only (RFC 9110 section 7.6.1). */
const OF_CONNECTION = ['connection', 'keep-alive', 'host'];

function passOn(request: IncomingMessage, response: ServerResponse, url: URL): void {
  const outgoing = forward(url, { method: request.method, headers: endToEnd(request.headers) }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    answer.pipe(response);
  });
  outgoing.on('error', () => {
    // The host has gone: for DPS, a reason to try again.
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  response.on('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name)));
}
