import { randomBytes } from 'node:crypto';
import { makeCertificate } from '../../local/emulator/pki.ts';
import { createProvisioningServices } from '../../local/emulator/resource-manager/provisioning-services.ts';
import { createResourceManager } from '../../local/emulator/resource-manager/resource-manager.ts';
import type { Entry } from '../../shared/ports.ts';
import { dpsId } from './in-process-azure.ts';
import { inProcessProvisioningService } from './in-process-ports.ts';
import type { Scene } from './scene.ts';

const DAY_MS = 86_400_000;

/** A version of a CA in a vault, whose key a person has the use of. */
export interface HeldVersion {
  readonly vault: string;
  readonly name: string;
  readonly version: string;
  readonly der: Uint8Array;
}

/**
 * What a person does to the certificates of a DPS: over the same requests as the app's, past its ports, so that nothing of
 * it is intercepted or counted among its calls.
 */
export function dpsByHand(scene: Scene, dps: string) {
  const id = dpsId(dps);
  const provisioningServices = createProvisioningServices();
  provisioningServices.add(scene.service(dps));
  const now = () => scene.clock.now;
  const resourceManager = createResourceManager({
    subscriptionId: id.subscriptionId,
    tenantId: 'tenant',
    resourceGroup: id.resourceGroup,
    now,
    random: randomBytes,
    provisioningServices,
    addresses: () => [],
    authority: () => 'https://login.example/tenant',
  });
  const port = inProcessProvisioningService(resourceManager, id);
  return {
    entries: port.entries,
    upload: port.upload,
    delete: port.deleteEntry,
    /** Proves possession as with the portal and openssl: a certificate for the code, signed with the CA's key. */
    verify: async (entry: Entry, { vault, name, version, der }: HeldVersion): Promise<Entry> => {
      const { code, etag } = await port.generateVerificationCode(entry);
      const key = scene.vault(vault).privateKeyOf(name, version);
      const at = now().getTime();
      const proof = await makeCertificate({
        subject: `CN=${code}`,
        publicKey: key,
        signer: { key, certificate: der },
        notBefore: new Date(at - DAY_MS),
        notAfter: new Date(at + DAY_MS),
      });
      return port.verify(entry.name, etag, proof);
    },
  };
}
