import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { Http as HttpBase } from 'azure-iot-http-base';
import { ProvisioningDeviceClient } from 'azure-iot-provisioning-device';
import { Http } from 'azure-iot-provisioning-device-http';
import { SymmetricKeySecurityClient } from 'azure-iot-security-symmetric-key';
import { X509Security } from 'azure-iot-security-x509';
import type { EmulatorDescription } from '../../../../local/emulator/describe.ts';
import { pem } from '../enrollments/build-data-plane.ts';
import type { Identity } from './build-devices.ts';

/** How a device shows the SDK's client who it is. */
export type SdkProof =
  /** What it sends in the handshake, its own certificate first. */
  | { readonly certificates: readonly [Identity, ...Identity[]] }
  /** Base64: its own key. */
  | { readonly symmetricKey: string };

/** What a device is told of its registration. */
export type SdkResult = Readonly<Record<string, unknown>>;

/** What the SDK's client can do: its declarations know of no `register`, and differ on the SDK's own SAS class. */
interface SdkClient {
  setProvisioningPayload(payload: unknown): void;
  register(): Promise<SdkResult>;
}

/**
 * Registers a device with the first DPS of an emulator, by the client of the device SDK over HTTP. Rejects with what
 * the SDK makes of a refusal.
 */
export async function registerBySdk(
  { provisioningServices, caCertificate }: EmulatorDescription,
  registrationId: string,
  proof: SdkProof,
  payload?: unknown,
): Promise<SdkResult> {
  const [dps] = provisioningServices;
  if (dps === undefined) throw new Error('The emulator was expected to have a DPS');
  const [host = '', port] = dps.deviceProvisioningHostName.split(':');
  const agent = new PortAgent({ ca: readFileSync(caCertificate) }, Number(port));
  const base = new HttpBase();
  base.setOptions({ http: { agent } });
  const security = securityOf(registrationId, proof) as X509Security;
  const client: unknown = ProvisioningDeviceClient.create(host, dps.idScope, new Http(base), security);
  const device = client as SdkClient;
  if (payload !== undefined) device.setProvisioningPayload(payload);
  try {
    return await device.register();
  } finally {
    agent.destroy();
  }
}

/** The key of one device of a group: HMAC-SHA256 of its registrationId, as the documentation of DPS derives it. */
export function deviceKey(groupKey: string, registrationId: string): string {
  return createHmac('sha256', Buffer.from(groupKey, 'base64')).update(registrationId).digest('base64');
}

function securityOf(registrationId: string, proof: SdkProof): unknown {
  if ('symmetricKey' in proof) return new SymmetricKeySecurityClient(registrationId, proof.symmetricKey);
  const cert = proof.certificates.map(({ certificate }) => pem(certificate)).join('');
  const key = proof.certificates[0].key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return new X509Security(registrationId, { cert, key });
}

/** The client knows no port: its agent adds it. */
class PortAgent extends Agent {
  readonly #port: number;

  constructor(options: ConstructorParameters<typeof Agent>[0], port: number) {
    super(options);
    this.#port = port;
  }

  override createConnection(options: object, connected?: (error: Error | null, socket: Duplex) => void) {
    return super.createConnection({ ...options, port: this.#port }, connected);
  }
}
