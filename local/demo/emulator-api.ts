import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import * as z from 'zod';
import type { EmulatorDescription } from '../emulator/describe.ts';

/** Calls the services as any client would: HTTPS, with a token from the identity endpoint. */
export interface EmulatorApi {
  /** The JSON of a GET that answered 200. Throws with address, status and body otherwise. */
  get(url: string, audience: string): Promise<unknown>;
  /** Sends JSON; hands on the JSON of an answer with status 200. Throws as `get` does. */
  send(method: 'POST' | 'PATCH', url: string, audience: string, body: object): Promise<unknown>;
  /** All items of a query of the service API, its further pages included. */
  query(url: string, audience: string): Promise<unknown[]>;
  /** All items of a list, its further pages included. */
  list(url: string, audience: string): Promise<unknown[]>;
  close(): void;
}

/** A client of the services that the description names. */
export function createEmulatorApi({ caCertificate, identity }: EmulatorDescription): EmulatorApi {
  const agent = new Agent({ ca: readFileSync(caCertificate), keepAlive: true });
  const tokens = new Map<string, Promise<string>>();
  const tokenFor = (audience: string): Promise<string> => {
    const token = tokens.get(audience) ?? fetchToken(identity, audience);
    tokens.set(audience, token);
    return token;
  };
  const call = async (method: string, url: string, audience: string, { headers = {}, body = '' }: Extras = {}) => {
    const authorization = `Bearer ${await tokenFor(audience)}`;
    const answer = await exchange(method, url, { headers: { ...headers, authorization }, body }, agent);
    if (answer.status !== 200) throw new Error(`Cannot ${method} ${url}: it answered ${answer.status} ${answer.text}`);
    return { body: JSON.parse(answer.text) as unknown, next: answer.next };
  };
  const get = async (url: string, audience: string) => (await call('GET', url, audience)).body;
  return {
    get,
    async send(method, url, audience, body) {
      const extras = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      return (await call(method, url, audience, extras)).body;
    },
    async query(url, audience) {
      const items: unknown[] = [];
      let continuation: string | undefined;
      do {
        const headers: Record<string, string> = continuation === undefined ? {} : { 'x-ms-continuation': continuation };
        const { body, next } = await call('POST', url, audience, { headers });
        items.push(...z.array(z.unknown()).parse(body));
        continuation = next;
      } while (continuation !== undefined);
      return items;
    },
    async list(url, audience) {
      const items: unknown[] = [];
      for (let next: string | undefined = url; next; ) {
        const page = (await get(next, audience)) as { value: unknown[]; nextLink?: string | null };
        items.push(...page.value);
        next = page.nextLink ?? undefined;
      }
      return items;
    },
    close: () => agent.destroy(),
  };
}

/** What a request has besides its URL and its token. */
interface Extras {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** App Service's protocol: `resource` is the audience without `/.default`. */
async function fetchToken({ endpoint, header }: EmulatorDescription['identity'], audience: string): Promise<string> {
  const url = `${endpoint}?api-version=2019-08-01&resource=${encodeURIComponent(audience)}`;
  const response = await fetch(url, { headers: { 'x-identity-header': header } });
  if (!response.ok) throw new Error(`Cannot get a token for ${audience}: ${url} answered ${response.status}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

function exchange(
  method: string,
  url: string,
  { headers, body }: Required<Extras>,
  agent: Agent,
): Promise<{ readonly status: number; readonly text: string; readonly next: string | undefined }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const next = incoming.headers['x-ms-continuation'];
        resolve({
          status: incoming.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          next: typeof next === 'string' ? next : undefined,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
