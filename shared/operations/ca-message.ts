import type { CaId } from '../lifecycle/observed.ts';

/** What a message asks for. */
export interface CaMessage extends CaId {
  /** Thumbprint of the generation to be replaced now, due or not; absent in the messages of the scan. */
  readonly force?: string;
}

/**
 * The CA that a message body names; `undefined` if it is not `{"vaultUrl","name","force"?}`. A vaultUrl is an origin and
 * nothing more: whatever else it held, a key perhaps, would be repeated with the event that refuses it.
 */
export function parseCaMessage(message: unknown): CaMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { vaultUrl, name, force } = message as Record<string, unknown>;
  if (typeof vaultUrl !== 'string' || typeof name !== 'string') return undefined;
  const origin = URL.parse(vaultUrl)?.origin;
  if (!origin?.startsWith('https://') || vaultUrl.toLowerCase().replace(/\/$/, '') !== origin) return undefined;
  // The rule of Key Vault for names; anything else would become part of a URL.
  if (!/^[0-9A-Za-z-]{1,127}$/.test(name)) return undefined;
  if (force !== undefined && !(typeof force === 'string' && /^[0-9A-F]{40}$/i.test(force))) return undefined;
  return { vaultUrl: origin, name, ...(force !== undefined && { force: force.toUpperCase() }) };
}
