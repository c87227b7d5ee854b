import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request for a token. */
export type IdentityFailure =
  /** Answered with 500. */
  | 'error'
  /** Never answered. */
  | 'hang'
  /** Answered with a token for somebody else. */
  | 'wrong audience'
  /** The connection is broken, as where nobody listens. */
  | 'unreachable';

/** An App Service identity endpoint before another one, which it leads to unless it is told to fail. */
export interface IdentityProxy {
  readonly url: string;
  /** The endpoint that it stands before. */
  target: string;
  failure: IdentityFailure | undefined;
  /** Requests so far. */
  readonly requests: () => number;
  close(): Promise<void>;
}

export async function startIdentityProxy(): Promise<IdentityProxy> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    answer(proxy, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: IdentityProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`,
    target: '',
    failure: undefined,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

async function answer({ target, failure }: IdentityProxy, request: IncomingMessage, response: ServerResponse) {
  if (failure === 'hang') return;
  if (failure === 'unreachable') {
    response.destroy();
    return;
  }
  if (failure === 'error') {
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"statusCode":500,"message":"out of order"}');
    return;
  }
  const { search } = new URL(request.url ?? '', 'http://localhost');
  const query = new URLSearchParams(search);
  if (failure === 'wrong audience') query.set('resource', 'https://somebody.else.example');
  const header = String(request.headers['x-identity-header']);
  const answered = await fetch(`${target}?${query}`, { headers: { 'x-identity-header': header } });
  response.writeHead(answered.status, { 'content-type': 'application/json' }).end(await answered.text());
}
