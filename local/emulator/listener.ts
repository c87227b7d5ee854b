import { constants } from 'node:crypto';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A listening server on loopback. */
export interface Listener {
  readonly port: number;
  /** Stops listening and breaks every open connection; settles when the port is free. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** Asks TLS clients for a certificate, and takes whichever they send, or none; default false. */
  readonly asksForCertificate?: boolean;
}

/** Certificate chain and private key of a TLS server, both as PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/**
 * Longer than any client keeps an idle connection. Node's default of 5 s closes connections that a pooling client
 * is about to use again, which the client sees as ECONNRESET.
 */
const KEEP_ALIVE_MS = 120_000;

/** Without session tickets: a resumed session knows the client's own certificate, but no longer those sent with it. */
const ASKING = { requestCert: true, rejectUnauthorized: false, secureOptions: constants.SSL_OP_NO_TICKET };

/**
 * Listens on a free port of 127.0.0.1 and nowhere else, since there is nothing behind it that deserves the name
 * of a secret.
 *
 * @param tls serve HTTPS with this identity; `undefined` serves plain HTTP
 */
export async function listen(
  handler: RequestListener,
  tls: TlsIdentity | undefined,
  { asksForCertificate = false }: ListenOptions = {},
): Promise<Listener> {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, ...(asksForCertificate && ASKING) };
  const server = tls ? createHttpsServer({ ...options, ...tls }, handler) : createHttpServer(options, handler);
  // Not closeAllConnections(): it does not know connections that are still in their TLS handshake.
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        for (const socket of sockets) socket.destroy();
      }),
  };
}
