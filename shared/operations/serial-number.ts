import type { Ports } from '../ports.ts';

/** 128 bits, twice what the CA/Browser Forum asks for; with a sign octet 17 of the 20 that RFC 5280 4.1.2.2 allows. */
const OCTETS = 16;

/** The octets of a serial number that nobody can foresee. */
export function newSerialNumber(ports: Ports): Uint8Array {
  return ports.randomBytes(OCTETS);
}
