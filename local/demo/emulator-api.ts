import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { EmulatorDescription } from '../emulator/describe.ts';

/** Reads from the services as any client would: HTTPS, with a token from the identity endpoint. */
export interface EmulatorApi {
  /** The JSON of a GET that answered 200. Throws with address, status and body otherwise. */
  get(url: string, audience: string): Promise<unknown>;
  /** The JSON of a POST that answered 200, with the token that says whether there is more of it. */
  query(url: string, audience: string, continuation?: string): Promise<{ body: unknown; next: string | undefined }>;
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
  const read = async (method: 'GET' | 'POST', url: string, audience: string, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${await tokenFor(audience)}`;
    const { status, text, next } = await send(method, url, { ...headers, authorization }, agent);
    if (status !== 200) throw new Error(`Cannot read ${url}: it answered ${status} ${text}`);
    return { body: JSON.parse(text) as unknown, next };
  };
  const get = async (url: string, audience: string) => (await read('GET', url, audience)).body;
  return {
    get,
    query: (url, audience, continuation) =>
      read('POST', url, audience, continuation === undefined ? {} : { 'x-ms-continuation': continuation }),
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

/** App Service's protocol: `resource` is the audience without `/.default`. */
async function fetchToken({ endpoint, header }: EmulatorDescription['identity'], audience: string): Promise<string> {
  const url = `${endpoint}?api-version=2019-08-01&resource=${encodeURIComponent(audience)}`;
  const response = await fetch(url, { headers: { 'x-identity-header': header } });
  if (!response.ok) throw new Error(`Cannot get a token for ${audience}: ${url} answered ${response.status}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

function send(
  method: string,
  url: string,
  headers: Record<string, string>,
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
    outgoing.end();
  });
}
