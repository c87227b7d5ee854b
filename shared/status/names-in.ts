import type { Plan } from '../operations/planned.ts';

/**
 * Puts short names in the place of vault URLs and resource ids, wherever in a text they stand.
 * @param plan whose vaults and provisioning services are meant
 */
export function namesIn({
  provisioningServices,
  cas,
  unmanagedCas,
}: Pick<Plan, 'provisioningServices' | 'unmanagedCas'> & {
  readonly cas: readonly Pick<Plan['cas'][number], 'ca'>[];
}): (text: string) => string {
  const vaults = [...cas, ...unmanagedCas].map(({ ca }) => ca.vaultUrl);
  const names = new Map([
    ...provisioningServices.map(({ id, name }) => [id, name] as const),
    ...vaults.map((url) => [url, vaultName(url)] as const),
  ]);
  // The longest first: one resource id may begin as another does.
  const addresses = [...names].sort(([a], [b]) => b.length - a.length);
  return (text) => addresses.reduce((result, [address, name]) => result.replaceAll(address, name), text);
}

/** In public and sovereign clouds a vault's name is the first label of its host; elsewhere host and port name it. */
function vaultName(url: string): string {
  const host = URL.parse(url)?.host ?? url;
  return /^([^.]+)\.vault\./.exec(host)?.[1] ?? host;
}
