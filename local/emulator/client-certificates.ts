import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Parsed once for a connection, however many requests come over it. */
const known = new WeakMap<Socket, readonly X509Certificate[]>();

/**
 * The certificates that a client sent in its TLS handshake: its own, then the others in the order in which it sent them,
 * whether or not one issued the other (RFC 8446 section 4.4.2 does not demand it). `undefined` if it sent none.
 */
export function clientCertificatesOf(socket: Socket): readonly X509Certificate[] | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const present = known.get(socket) ?? read(socket);
  known.set(socket, present);
  return present.length > 0 ? present : undefined;
}

function read(socket: TLSSocket): X509Certificate[] {
  const certificates: X509Certificate[] = [];
  // On a server, issuerCertificate is what followed in the handshake, not what has been looked up.
  for (let each = socket.getPeerX509Certificate(); each; each = each.issuerCertificate) certificates.push(each);
  return certificates;
}
