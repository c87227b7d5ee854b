import { Refused } from '../errors.ts';
import type { CaId, Observed } from '../lifecycle/observed.ts';
import type { RenewBefore } from '../lifecycle/renew-before.ts';
import { isDue } from '../lifecycle/vault-lane.ts';
import type { Entry, Ports } from '../ports.ts';
import { findIssuer } from './find-issuer.ts';
import { vaultOf, type World } from './world.ts';

/**
 * All that is known of one CA: its generations, the DPS that hold one of them, and, only if it is due, its pending
 * request and its issuer.
 * Throws `Refused('unknown-ca' | 'unmanaged' | 'vault-not-configured')`, and an ordinary error where what matters
 * could not be read.
 */
export async function observe(ports: Ports, world: World, ca: CaId, renewBefore: RenewBefore): Promise<Observed> {
  const vault = vaultOf(ports, ca.vaultUrl);
  const [{ generations, versions, keyPolicy }, services] = await Promise.all([world.lineage(ca), world.services()]);
  const [newest, ...older] = generations;
  if (newest === undefined || keyPolicy === undefined) {
    throw new Refused('unknown-ca', `${ca.vaultUrl} holds no enabled CA certificate '${ca.name}'`);
  }
  const held = new Set(generations.map((generation) => generation.certificate.thumbprint));
  // One that cannot be read may hold it, too: its lane waits, and says so.
  const lanes = services.filter((service) => service.kind === 'unreadable' || holdsAny(service.entries, held));
  if (lanes.length === 0) {
    throw new Refused('unmanaged', `No configured DPS holds a generation of '${ca.name}' in ${ca.vaultUrl}`);
  }
  const unreadable = lanes.flatMap((service) => (service.kind === 'unreadable' ? service : []));
  if (unreadable.length === lanes.length) {
    const details = unreadable.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    throw new Error(`Cannot tell which DPS holds '${ca.name}': ${details}`);
  }
  const due = isDue({ renewBefore }, newest, ports.now());
  const [pending, issuer] = due
    ? await Promise.all([vault.pendingRequest(ca.name), findIssuer(world, ca, newest.certificate)])
    : [undefined, undefined];
  return {
    ca,
    renewBefore,
    vault: { generations: [newest, ...older], versions, keyPolicy, pending, issuer },
    services: lanes,
  };
}

function holdsAny(entries: readonly Entry[], thumbprints: ReadonlySet<string>): boolean {
  return entries.some((entry) => thumbprints.has(entry.thumbprint));
}
