import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { makeCertificate } from '../../local/emulator/pki.ts';
import type { Attestations } from '../../shared/ports.ts';
import type { FaultClock } from './fault-clock.ts';
import { FAULT_CA } from './fault-scenarios.ts';
import type { FaultWorld } from './fault-stage.ts';

const HOUR_MS = 3_600_000;

/**
 * One device of each enrollment registers with a certificate of the newest version, and the operator says that no device
 * waits in a warehouse: all that `RETIRE=unused` asks for.
 */
export async function moveDevices(world: FaultWorld, clock: FaultClock, attestations: Attestations): Promise<void> {
  const vault = world.vaults.get(FAULT_CA.vault);
  const versions =
    vault
      ?.certificates()
      .get(FAULT_CA.name)
      ?.filter(({ enabled }) => enabled) ?? [];
  const [oldest, newest] = [versions[0], versions.at(-1)];
  if (!vault || !oldest || !newest) throw new Error(`Cannot move devices: '${FAULT_CA.name}' has no versions`);
  const key = vault.privateKeyOf(FAULT_CA.name, newest.version);
  for (const { enrollments, registrations } of world.provisioningServices.list()) {
    for (const { kind, id } of Object.values(enrollments).flatMap((store) => [...store.values()])) {
      const registrationId = kind === 'group' ? `${id}-pump` : id;
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const certificate = await makeCertificate({
        subject: `CN=${registrationId}`,
        publicKey: createPublicKey(privateKey),
        signer: { key, certificate: newest.der },
        notBefore: new Date(clock.now.getTime() - HOUR_MS),
        notAfter: new Date(clock.now.getTime() + 90 * 24 * HOUR_MS),
        ca: false,
      });
      const state = { status: 'assigned', lastUpdatedDateTimeUtc: clock.now.toISOString() };
      registrations.put({ registrationId, enrollmentGroupId: kind === 'group' ? id : undefined, state });
      const seen = { kind, enrollment: id, registrationId, at: clock.now, certificate };
      await attestations.record({ ...seen, issuerName: undefined, issuerThumbprints: [], thumbprints: [] });
    }
  }
  const url = new URL(`https://kv.example/certificates/${FAULT_CA.name}/${newest.version}?api-version=7.4`);
  const { body } = await vault.handle({ method: 'GET', url, headers: {}, body: undefined });
  const { tags = {} } = body as { readonly tags?: Record<string, string> };
  const cleared = createHash('sha1').update(oldest.der).digest('hex').toUpperCase();
  await vault.handle({ method: 'PATCH', url, headers: {}, body: { tags: { ...tags, 'stock-cleared': cleared } } });
}
