import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import type { KeyKind, KeyPool } from '../../local/emulator/key-pool.ts';
import { createVault, type Vault, type VaultOptions } from '../../local/emulator/key-vault/vault.ts';
import { type CertificateOptions, makeCertificate } from '../../local/emulator/pki.ts';
import { ServiceError, type ServiceResponse } from '../../local/emulator/service.ts';

export const ORIGIN = 'https://127.0.0.1:8443';
export const NOW = new Date('2026-03-01T12:00:00Z');
export const DAY_MS = 24 * 60 * 60 * 1000;

/** A clock that stands still until the test moves it. */
export function testClock(start = NOW) {
  let current = start.getTime();
  return {
    now: () => new Date(current),
    set(to: Date) {
      current = to.getTime();
    },
  };
}

/** Keys made on the spot; `made` counts them. */
export function keysOnDemand(): KeyPool & { made: KeyKind[] } {
  const made: KeyKind[] = [];
  return {
    made,
    async take(kind) {
      made.push(kind);
      return newKey(kind);
    },
    close() {},
  };
}

export function newKey(kind: KeyKind = { kty: 'EC', crv: 'P-256' }): KeyObject {
  if (kind.kty === 'RSA') return generateKeyPairSync('rsa', { modulusLength: kind.size }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: kind.crv === 'P-256K' ? 'secp256k1' : kind.crv }).privateKey;
}

export function newVault(options: Partial<VaultOptions> = {}): Vault {
  return createVault({
    name: 'fleet',
    keys: keysOnDemand(),
    now: () => NOW,
    authority: () => 'https://127.0.0.1:9443/tenant',
    ...options,
  });
}

/** A self-signed CA for a key, valid from a year before to ten years after `NOW`. */
export async function rootFor(key: KeyObject, options: Partial<CertificateOptions> = {}): Promise<Uint8Array> {
  return makeCertificate({
    subject: 'CN=Fleet Root CA, O=Contoso',
    publicKey: createPublicKey(key),
    signer: { key },
    notBefore: new Date(NOW.getTime() - 365 * DAY_MS),
    notAfter: new Date(NOW.getTime() + 3650 * DAY_MS),
    ca: true,
    ...options,
  });
}

/** An answer whose JSON body a test may look into freely. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of many shapes, and a wrong look fails the test
  readonly body: any;
}

/** Sends one authenticated request to the vault; refusals come back as answers. */
export async function send(vault: Vault, method: string, path: string, body?: unknown): Promise<Answer> {
  const url = new URL(`${ORIGIN}${path}${path.includes('?') ? '&' : '?'}api-version=2025-07-01`);
  return toAnswer(vault.handle({ method, url, headers: {}, body }));
}

export async function toAnswer(response: Promise<ServiceResponse>): Promise<Answer> {
  const {
    status,
    headers = {},
    body,
  } = await response.catch((error: unknown) => {
    if (error instanceof ServiceError) return error.response;
    throw error;
  });
  return { status, headers, body: body === undefined ? undefined : JSON.parse(JSON.stringify(body)) };
}

/** A create request for a P-256 key, so that tests need not wait for RSA. */
export function createBody(issuer: 'Self' | 'Unknown', keyProperties: object = {}, rest: object = {}) {
  return {
    policy: {
      key_props: { kty: 'EC', crv: 'P-256', exportable: false, ...keyProperties },
      x509_props: { subject: 'CN=Fleet CA, O=Contoso, C=US', key_usage: ['keyCertSign', 'crlSign'] },
      issuer: { name: issuer },
    },
    ...rest,
  };
}

/** A root with a key of its own, planted. */
export async function plantRoot(vault: Vault, name = 'root', rest: object = {}) {
  const privateKey = newKey();
  const certificate = await rootFor(privateKey);
  return { ...vault.plant({ name, privateKey, certificate, ...rest }), privateKey, certificate };
}

/** A pending operation with a certificate that fits it, and one that does not. */
export async function pendingCa(vault: Vault, rest: object = {}) {
  const created = await send(vault, 'POST', '/certificates/ca/create', createBody('Unknown', {}, rest));
  const request = new Pkcs10CertificateRequest(Buffer.from(created.body.csr, 'base64'));
  const key = Buffer.from(request.publicKey.rawData);
  const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
  const signer = newKey();
  return {
    requestId: created.body.request_id as string,
    certificate: await rootFor(signer, { publicKey, subject: 'CN=Any other name' }),
    foreign: await rootFor(signer),
  };
}

export function base64(bytes: Uint8Array | string): string {
  return Buffer.from(bytes).toString('base64');
}
