import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Emulator } from '../../local/emulator/emulator.ts';
import { makeCertificate } from '../../local/emulator/pki.ts';
import { toPem } from '../../shared/x509/pem.ts';
import { callHttps } from '../local/emulator/call-https.ts';
import type { FleetCa } from './many-cas.ts';

const DAY_MS = 86_400_000;
const API_VERSION = 'api-version=2021-06-01';
/** A device polls; how often makes no difference to what it is told. */
const POLL_MS = 50;

/** One key for all devices: making keys is not what is tested, and DPS knows devices by their certificates. */
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A version of a CA, and its key, as whoever issues device certificates has them. */
export interface DeviceCa {
  readonly key: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
}

/**
 * Registers a device as its firmware does: over TLS with its certificate, which the given CA issues for it, then asking
 * until DPS has decided.
 * @returns 'assigned', or what DPS has against it in one line: status, or error code and message; or how the connection
 *   broke
 */
export async function registerDevice(
  { description }: Emulator,
  { dps }: FleetCa,
  registrationId: string,
  ca: DeviceCa,
): Promise<string> {
  const service = description.provisioningServices.find(({ name }) => name === dps);
  if (!service) throw new Error(`Cannot register '${registrationId}': there is no DPS '${dps}'`);
  const trusted = readFileSync(description.caCertificate, 'utf8');
  const agent = new Agent({ keepAlive: true, cert: await chainOf(registrationId, ca), key: KEY, ca: trusted });
  const base = `https://${service.deviceProvisioningHostName}/${service.idScope}/registrations/${registrationId}`;
  const call = (method: string, path: string, body?: unknown) =>
    callHttps(`${base}/${path}?${API_VERSION}`, { method, body, agent, ca: trusted });
  try {
    let { status, body } = await call('PUT', 'register', { registrationId });
    while (status === 202 && isAssigning(body)) {
      await delay(POLL_MS);
      ({ status, body } = await call('GET', `operations/${body.operationId}`));
    }
    return outcome(status, body);
  } catch (error) {
    return `no connection: ${String(error)}`;
  } finally {
    agent.destroy();
  }
}

async function chainOf(registrationId: string, { key, certificate }: DeviceCa): Promise<string> {
  const now = Date.now();
  const own = await makeCertificate({
    subject: `CN=${registrationId}`,
    publicKey: createPublicKey(privateKey),
    signer: { key, certificate },
    notBefore: new Date(now - 60_000),
    notAfter: new Date(now + 30 * DAY_MS),
    ca: false,
  });
  return toPem(own) + toPem(certificate);
}

interface Assigning {
  readonly operationId: string;
}

function isAssigning(body: unknown): body is Assigning {
  return (body as { readonly status?: unknown } | undefined)?.status === 'assigning';
}

function outcome(status: number, body: unknown): string {
  const answer = (body ?? {}) as {
    readonly status?: string;
    readonly errorCode?: number;
    readonly message?: string;
    readonly registrationState?: { readonly errorCode?: number; readonly errorMessage?: string };
  };
  if (status === 200 && answer.status === 'assigned') return 'assigned';
  const { errorCode, errorMessage } = answer.registrationState ?? {};
  return `${status} ${answer.status ?? ''} ${errorCode ?? answer.errorCode ?? ''} ${errorMessage ?? answer.message ?? ''}`;
}
