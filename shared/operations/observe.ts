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
  const unreadable = services.filter((service) => service.kind === 'unreadable');
  const holding = services.filter((service) => service.kind === 'read' && holdsAny(service.entries, held));
  if (holding.length === 0 && unreadable.length > 0) {
    const details = unreadable.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    throw new Error(`Cannot tell which DPS holds '${ca.name}': ${details}`);
  }
  if (holding.length === 0) {
    throw new Refused('unmanaged', `No configured DPS holds a generation of '${ca.name}' in ${ca.vaultUrl}`);
  }
  const due = isDue({ renewBefore }, newest, ports.now());
  const [pending, issuer] = due
    ? await Promise.all([vault.pendingRequest(ca.name), findIssuer(world, ca, newest.certificate)])
    : [undefined, undefined];
  return {
    ca,
    renewBefore,
    vault: { generations: [newest, ...older], versions, keyPolicy, pending, issuer },
    // One that cannot be read may hold it, too: its lane waits, and says so.
    services: [...holding, ...unreadable],
  };
}

function holdsAny(entries: readonly Entry[], thumbprints: ReadonlySet<string>): boolean {
  return entries.some((entry) => thumbprints.has(entry.thumbprint));
}
