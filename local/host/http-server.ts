import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Drain } from './drain.ts';
import { errorText } from './error-text.ts';
import type { Log } from './log.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

export interface HttpServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string;
  /** Takes no further connections; those open go on until `close`. */
  stop(): void;
  /** Ends the connections, after letting the last answers out. */
  close(): Promise<void>;
}

/**
 * Serves on loopback only. A handler that fails answers 500 with an empty body, and the log says why; a request whose
 * Host header or target makes no URL answers 400 (RFC 9112 section 3.2).
 */
export async function startHttpServer(
  port: number,
  handle: RequestHandler,
  drain: Drain,
  log: Log,
): Promise<HttpServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(`http://${request.headers.host ?? '127.0.0.1'}${request.url ?? '/'}`);
    if (!url) {
      response.writeHead(400).end();
      return;
    }
    try {
      await handle(request, response, url);
    } catch (error) {
      log('error', `Cannot answer ${request.method} ${request.url?.split('?')[0]}: ${errorText(error)}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  };
  const server = createServer((request, response) => void drain.track(answer(request, response)));
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    const refuse = (cause: Error) =>
      reject(new Error(`Cannot listen on 127.0.0.1:${port}: is the port taken?`, { cause }));
    server.once('error', refuse);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', refuse);
      resolve();
    });
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
    },
    close: async () => {
      server.close();
      await Promise.race([closed, delay(500, undefined, { ref: false })]);
      server.closeAllConnections();
    },
  };
}
