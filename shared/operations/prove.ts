import type { Generation } from '../lifecycle/observed.ts';
import type { Entry, Ports, ProvisioningService } from '../ports.ts';
import { buildProof } from '../x509/proof-of-possession.ts';
import { newSerialNumber } from './serial-number.ts';
import { vaultOf } from './world.ts';

/**
 * Proves possession of a CA's key to a DPS: verification code → certificate with the code as its CN, signed by the
 * CA's key in its vault → verify. In one attempt: a code is bound to its entry and void once anything about it changes,
 * so that a failed attempt starts again with a new code. Returns the verified entry.
 * Throws `Conflict`, `Refused('possession-disproved')`.
 */
export async function prove(
  ports: Ports,
  vaultUrl: string,
  service: ProvisioningService,
  generation: Generation,
  entry: Entry,
): Promise<Entry> {
  const vault = vaultOf(ports, vaultUrl);
  const { code, etag } = await service.generateVerificationCode(entry);
  const proof = await buildProof({
    ca: generation.certificate,
    verificationCode: code,
    spki: ports.throwAwayPublicKey(),
    serialNumber: newSerialNumber(ports),
    now: ports.now(),
    sign: (algorithm, digest) => vault.sign(generation.keyId, algorithm, digest),
  });
  const verified = await service.verify(entry.name, etag, proof);
  if (!verified.isVerified) throw new Error(`Cannot tell why ${service.name} left '${entry.name}' unverified`);
  return verified;
}
