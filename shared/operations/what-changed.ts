import { Conflict } from '../errors.ts';
import type { Observed } from '../lifecycle/observed.ts';
import type { Ports } from '../ports.ts';
import { vaultOf } from './world.ts';

/**
 * What has become of a CA since it was observed: a version has come into being (`overtaken`), or the policy, which tells
 * of the pending key, lets that key be exported. Key Vault has no ETags, so this is read anew right before it matters.
 */
export async function whatChanged(ports: Ports, observed: Observed): Promise<'overtaken' | 'exportable' | undefined> {
  const { ca, vault } = observed;
  const current = await vaultOf(ports, ca.vaultUrl).current(ca.name);
  const present = current?.content?.version;
  if (current === undefined || !vault.versions.some(({ version }) => version === present)) return 'overtaken';
  return current.keyPolicy.exportable ? 'exportable' : undefined;
}

/** Throws `Conflict` if a version has come into being since a CA was observed: what was decided is not needed any more. */
export async function assertNotOvertaken(ports: Ports, observed: Observed): Promise<void> {
  if ((await whatChanged(ports, observed)) !== 'overtaken') return;
  throw new Conflict(`'${observed.ca.name}' is not as it was when it was decided what to ask for: overtaken`);
}
