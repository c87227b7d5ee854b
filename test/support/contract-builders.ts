import { createPublicKey, type KeyObject } from 'node:crypto';
import type { KeyKind } from '../../local/emulator/key-pool.ts';
import type { PlantedCertificate, Vault } from '../../local/emulator/key-vault/vault.ts';
import { makeCertificate } from '../../local/emulator/pki.ts';
import type { KeyVault, NewRequest, PendingRequest } from '../../shared/ports.ts';
import { readCertificationRequest } from '../../shared/x509/certification-request.ts';
import { DAY_MS, newKey, send } from './key-vault-builders.ts';

/** The moment so many days from now, by the machine's clock, which is also the emulator's here. */
export const inDays = (count: number) => new Date(Date.now() + count * DAY_MS);

const SUBJECT = 'CN=Contoso Plant A CA,O=Contoso';

export interface PlantedCa {
  readonly name: string;
  readonly version: string;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
}

export interface CaOptions extends Partial<Omit<PlantedCertificate, 'certificate'>> {
  readonly kind?: KeyKind;
  /** Days from now; default a year ago to a year ahead. */
  readonly validity?: readonly [from: number, to: number];
}

/** Puts a self-signed CA into a vault: P-256 where nothing else is said. */
export async function plantCa(vault: Vault, options: CaOptions = {}): Promise<PlantedCa> {
  const { kind, validity = [-365, 365], name = 'plant-a-ca', ...planted } = options;
  const privateKey = options.privateKey ?? newKey(kind);
  const certificate = await selfSigned(privateKey, { validity });
  const { version } = vault.plant({ ...planted, name, privateKey, certificate });
  return { name, version, certificate, privateKey };
}

/** DER of a CA certificate for a key. `validity` is in days from now. */
export function selfSigned(
  privateKey: KeyObject,
  { validity: [from, to] = [-1, 365], subject = SUBJECT }: Pick<CaOptions, 'validity'> & { subject?: string } = {},
): Promise<Uint8Array> {
  return makeCertificate({
    subject,
    publicKey: createPublicKey(privateKey),
    signer: { key: privateKey },
    notBefore: inDays(from),
    notAfter: inDays(to),
    ca: true,
  });
}

/** Makes a request, and returns it as it is pending then. */
export async function requested(
  keyVault: KeyVault,
  name: string,
  request: NewRequest = newRequest(),
): Promise<PendingRequest> {
  await keyVault.createRequest(name, request);
  const pending = await keyVault.pendingRequest(name);
  if (pending === undefined) throw new Error(`Nothing is pending for '${name}'`);
  return pending;
}

/** The request for a new version that a renewal makes. */
export function newRequest(given: Partial<NewRequest> = {}): NewRequest {
  return {
    subject: SUBJECT,
    key: { keyType: 'EC', curve: 'P-256', reuseKey: false },
    keyUsage: ['keyCertSign', 'cRLSign'],
    validityInMonths: 12,
    tags: {},
    ...given,
  };
}

/** SubjectPublicKeyInfo (DER) of a request, whose own signature is verified on the way. */
export function spkiOf(request: PendingRequest | undefined): Uint8Array {
  if (request?.csr === undefined) throw new Error('there is no pending request, or it shows no CSR');
  return readCertificationRequest(request.csr).spki;
}

/** DER of a CA certificate that fits a pending request, signed by a key that no vault holds. */
export function certificateFor(request: PendingRequest): Promise<Uint8Array> {
  return makeCertificate({
    subject: SUBJECT,
    publicKey: createPublicKey({ key: Buffer.from(spkiOf(request)), format: 'der', type: 'spki' }),
    signer: { key: newKey() },
    notBefore: inDays(-1),
    notAfter: inDays(365),
    ca: true,
  });
}

/** Asks a vault to cancel its pending operation, as the portal does; the next read finds it cancelled. */
export async function cancelRequest(vault: Vault, name: string): Promise<void> {
  await sendOk(vault, 'PATCH', `/certificates/${name}/pending`, { cancellation_requested: true });
}

/** Deletes a name with all versions; it stays recoverable. */
export async function softDelete(vault: Vault, name: string): Promise<void> {
  await sendOk(vault, 'DELETE', `/certificates/${name}`);
}

async function sendOk(vault: Vault, method: string, path: string, body?: unknown): Promise<void> {
  const { status } = await send(vault, method, path, body);
  if (status !== 200) throw new Error(`Cannot arrange the test: ${method} ${path} answered ${status}`);
}
