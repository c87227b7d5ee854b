import { messageOf, Refused } from '../errors.ts';
import type { CaId, Observed, ObservedService, ObservedVault } from '../lifecycle/observed.ts';
import type { RenewBefore } from '../lifecycle/renew-before.ts';
import { isDue } from '../lifecycle/vault-lane.ts';
import type { Ports } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { findIssuer } from './find-issuer.ts';
import { vaultOf, type World } from './world.ts';

/**
 * All that is known of one CA at `now`: its generations, the DPS that hold one of its versions, and, only if it is due,
 * its pending request and its issuer.
 * Throws `Refused('unknown-ca' | 'unmanaged' | 'version-unreadable' | 'vault-not-configured')`, and an ordinary error
 * where what matters could not be read.
 */
export async function observe(
  ports: Ports,
  world: World,
  ca: CaId,
  wishes: { readonly renewBefore: RenewBefore; readonly now: Date },
): Promise<Observed> {
  const { renewBefore, now } = wishes;
  const [{ generations, versions, keyPolicy }, services] = await Promise.all([world.lineage(ca), world.services()]);
  const [newest, ...older] = generations;
  if (newest === undefined || keyPolicy === undefined) {
    throw new Refused('unknown-ca', `${ca.vaultUrl} holds no enabled CA certificate '${ca.name}'`);
  }
  const lanes = lanesOf(ca, services, new Set(versions.map(({ thumbprint }) => thumbprint)));
  const due = isDue({ renewBefore }, newest, now);
  return {
    ca,
    renewBefore,
    vault: {
      generations: [newest, ...older],
      versions: versions.map(({ version }) => version),
      keyPolicy,
      ...(due ? await readIssuance(ports, world, ca, newest.certificate) : { pending: undefined, issuer: undefined }),
    },
    services: lanes,
  };
}

/** The DPS that hold a version of the CA. One that cannot be read may hold it, too: its lane waits, and says so. */
function lanesOf(ca: CaId, services: readonly ObservedService[], held: ReadonlySet<string | undefined>) {
  const lanes = services.filter(
    (service) => service.kind === 'unreadable' || service.entries.some((entry) => held.has(entry.thumbprint)),
  );
  if (lanes.length === 0) {
    throw new Refused('unmanaged', `No configured DPS holds a version of '${ca.name}' in ${ca.vaultUrl}`);
  }
  const unreadable = lanes.flatMap((service) => (service.kind === 'unreadable' ? service : []));
  if (unreadable.length === lanes.length) {
    const details = unreadable.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    throw new Error(`Cannot tell which DPS holds '${ca.name}': ${details}`);
  }
  return lanes;
}

/** What the vault lane alone needs. Where it cannot be read, that lane waits; the lanes of the DPS go on. */
async function readIssuance(
  ports: Ports,
  world: World,
  ca: CaId,
  newest: Certificate,
): Promise<Pick<ObservedVault, 'pending' | 'issuer'>> {
  try {
    const reading = [vaultOf(ports, ca.vaultUrl).pendingRequest(ca.name), findIssuer(world, ca, newest)] as const;
    const [pending, issuer] = await Promise.all(reading);
    return { pending, issuer };
  } catch (error) {
    return { pending: undefined, issuer: { kind: 'unknown', detail: messageOf(error) } };
  }
}
