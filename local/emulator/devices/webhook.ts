import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { readBody } from '../read-body.ts';

/** What a webhook answered: its body as text, `undefined` if it was too large to be read. */
export interface WebhookAnswer {
  readonly status: number;
  readonly body: string | undefined;
}

/** Calls webhooks. */
export interface WebhookCaller {
  /**
   * POSTs JSON, given as text, to a webhook.
   *
   * @returns the answer; `'unreachable'` if there is none
   */
  post(url: string, body: string): Promise<WebhookAnswer | 'unreachable'>;
  /** Breaks all connections; whoever waits for an answer hears 'unreachable'. */
  close(): void;
}

/** ASSUMED: how long DPS waits for an answer. Nothing says, and one that took four seconds has been seen to count. */
const TIMEOUT_MS = 30_000;

/** To one webhook at a time; what is more waits its turn. */
const MOST_CONNECTIONS = 100;

/** A caller that keeps its connections, since a fleet's registrations all go to one webhook. */
export function createWebhookCaller(): WebhookCaller {
  const options = { keepAlive: true, maxSockets: MOST_CONNECTIONS };
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) };
  const closing = new AbortController();
  return {
    post: async (address, body) => {
      const url = URL.canParse(address) ? new URL(address) : undefined;
      if (!url || !(url.protocol === 'http:' || url.protocol === 'https:')) return 'unreachable';
      const { protocol } = url;
      try {
        const answer = await send(url, body, { agent: agents[protocol], signal: closing.signal });
        const bytes = await readBody(answer);
        return { status: answer.statusCode ?? 0, body: bytes === 'too-large' ? undefined : bytes.toString('utf8') };
      } catch {
        // What it was makes no difference: to DPS, a webhook that gives no answer is one that may give one later.
        return 'unreachable';
      }
    },
    close: () => {
      closing.abort();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function send(
  url: URL,
  body: string,
  options: { readonly agent: HttpAgent; readonly signal: AbortSignal },
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) },
      timeout: TIMEOUT_MS,
      // On this machine a webhook has a certificate that nobody trusts, if any.
      rejectUnauthorized: !isLoopback(url.hostname),
      ...options,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer within ${TIMEOUT_MS} ms`)));
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(body);
  });
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
