import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { Http as HttpBase } from 'azure-iot-http-base';
// Its exports are not such as Node finds by name.
import provisioning from 'azure-iot-provisioning-device';
import { Http } from 'azure-iot-provisioning-device-http';
import { X509Security } from 'azure-iot-security-x509';
import * as z from 'zod';
import type { EmulatorDescription } from '../emulator/describe.ts';
import type { DeviceCertificate } from './issue-device-certificate.ts';

/** Registers a device with a DPS (given by its name) as its firmware would. Resolves to the host name of its hub. */
export type RegisterDevice = (dps: string, certificate: DeviceCertificate) => Promise<string>;

const result = z.object({ status: z.literal('assigned'), assignedHub: z.string() });

/** What the SDK's client can do and its declarations do not know of. */
interface Registering {
  register(): Promise<unknown>;
}

/**
 * Devices with the client of the device SDK, over HTTP. A registration rejects with what DPS has against it, or with
 * what is wrong with the answer.
 */
export function deviceClient({ provisioningServices, caCertificate }: EmulatorDescription): RegisterDevice {
  const ca = readFileSync(caCertificate);
  return async (dps, { registrationId, chain, key }) => {
    const service = provisioningServices.find(({ name }) => name === dps);
    if (!service) throw new Error(`Cannot register '${registrationId}': there is no DPS '${dps}'`);
    const [host = '', port] = service.deviceProvisioningHostName.split(':');
    const agent = new PortAgent({ ca, keepAlive: true }, Number(port));
    const base = new HttpBase();
    base.setOptions({ http: { agent } });
    const security = new X509Security(registrationId, { cert: chain, key });
    const client: unknown = provisioning.ProvisioningDeviceClient.create(
      host,
      service.idScope,
      new Http(base),
      security,
    );
    try {
      return result.parse(await (client as Registering).register()).assignedHub;
    } finally {
      agent.destroy();
    }
  };
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
