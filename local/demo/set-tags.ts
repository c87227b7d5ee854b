import type { EmulatorApi } from './emulator-api.ts';
import { VAULT } from './service-apis.ts';

/** Replaces the tags of one version of a vault's certificate, as an operator does with `az keyvault certificate set-attributes`. */
export async function setTags(
  api: EmulatorApi,
  vaultUrl: string,
  ca: string,
  version: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  await api.send('PATCH', `${vaultUrl}/certificates/${ca}/${version}?${VAULT.version}`, VAULT.audience, { tags });
}
