import { createHash } from 'node:crypto';
import type { Emulator } from '../../local/emulator/emulator.ts';
import type { Reference } from '../../local/emulator/enrollments/enrollment-store.ts';
import { endState } from './end-state.ts';
import type { FleetCa } from './many-cas.ts';

/**
 * What of these CAs is not as one renewal each leaves it: one generation more and nothing pending; its entry beside the
 * old one, verified; in its group the new one first and the old one second. One sentence for each thing.
 */
export async function notRenewedOnce(emulator: Emulator, cas: readonly FleetCa[]): Promise<string[]> {
  const { vaults, services } = endState(emulator);
  const faults = cas.map(async (ca) => {
    const versions = vaults[`${ca.vault}/${ca.name}`] ?? [];
    const [old, issued] = versions;
    if (!old || !issued || versions.length !== 2 || !issued.enabled || !old.enabled) {
      return [
        `${ca.name} has ${versions.length} versions, ${versions.filter(({ enabled }) => enabled).length} enabled`,
      ];
    }
    const found: string[] = [];
    if ((await pendingStatus(emulator, ca)) === 'inProgress') found.push(`${ca.name} has a pending request`);
    const thumbprints = [issued.thumbprint, old.thumbprint];
    if (ca.reference === 'caReferences') {
      const entries = (services[ca.dps] ?? []).filter(({ thumbprint }) => thumbprints.includes(thumbprint));
      const verified = entries.filter(({ isVerified }) => isVerified);
      if (entries.length !== 2 || verified.length !== 2) {
        found.push(`${ca.name} has ${entries.length} entries in ${ca.dps}, ${verified.length} of them verified`);
      }
    }
    const held = slotsOf(emulator, ca, services[ca.dps] ?? []);
    if (held.join() !== thumbprints.join()) {
      found.push(`${ca.group} holds [${held.join()}] and not the new and the old generation [${thumbprints.join()}]`);
    }
    return found;
  });
  const spare = cas.length * 2;
  const entries = Object.entries(services).flatMap(([, list]) => list.filter(({ name }) => name !== 'root'));
  const expected = spare - 2 * cas.filter(({ reference }) => reference === 'signingCertificates').length;
  const total = entries.length === expected ? [] : [`There are ${entries.length} entries instead of ${expected}`];
  return [...(await Promise.all(faults)).flat(), ...total];
}

/** Thumbprints in the slots of the CA's group, primary first; an entry by that of its certificate. */
function slotsOf(
  { provisioningServices }: Emulator,
  { dps, group }: FleetCa,
  entries: readonly { readonly name: string; readonly thumbprint: string }[],
): string[] {
  const references = provisioningServices.get(dps)?.enrollments.group.get(group)?.content.references ?? [];
  const thumbprintOf = (reference: Reference) =>
    'entry' in reference
      ? (entries.find(({ name }) => name === reference.entry)?.thumbprint ?? `no entry ${reference.entry}`)
      : createHash('sha1').update(reference.certificate.der).digest('hex').toUpperCase();
  return (['primary', 'secondary'] as const).flatMap((slot) => {
    const reference = references.find((each) => each.slot === slot);
    return reference ? thumbprintOf(reference) : [];
  });
}

async function pendingStatus({ vaults, description }: Emulator, { vault, name }: FleetCa): Promise<unknown> {
  const origin = description.keyVaults.find((each) => each.name === vault)?.url;
  const url = new URL(`${origin}/certificates/${name}/pending?api-version=7.4`);
  const answer = await vaults
    .get(vault)
    ?.handle({ method: 'GET', url, headers: {}, body: undefined })
    .catch(() => undefined);
  return (answer?.body as { readonly status?: unknown } | undefined)?.status;
}
