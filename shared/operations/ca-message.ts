import type { CaId } from '../lifecycle/observed.ts';

/** The CA that a message body names; `undefined` if it is not `{"vaultUrl","name"}`. */
export function parseCaId(message: unknown): CaId | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { vaultUrl, name } = message as Record<string, unknown>;
  if (typeof vaultUrl !== 'string' || typeof name !== 'string') return undefined;
  // The rule of Key Vault for names; anything else would become part of a URL.
  if (!/^[0-9A-Za-z-]{1,127}$/.test(name)) return undefined;
  return { vaultUrl: vaultUrl.replace(/\/$/, ''), name };
}
