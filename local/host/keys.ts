import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AppSettings } from './app-settings.ts';

/** Access keys as text that needs no escaping in a URL. The master key opens everything, a host key all functions. */
export interface Keys {
  master: string;
  host: string;
  /** By function name; HTTP functions only. */
  functions: Readonly<Record<string, string>>;
}

export type AuthLevel = 'anonymous' | 'function' | 'admin';

/**
 * Keys for one run of the host: random, unless LOCAL_HOST_MASTER_KEY or LOCAL_HOST_FUNCTION_KEY (the key of each HTTP
 * function) is set, for those who want an address that outlives a restart.
 */
export function createKeys(settings: AppSettings, functionNames: string[], random: () => string = randomKey): Keys {
  const functionKey = () => settings.LOCAL_HOST_FUNCTION_KEY || random();
  return {
    master: settings.LOCAL_HOST_MASTER_KEY || random(),
    host: random(),
    functions: Object.fromEntries(functionNames.map((name) => [name, functionKey()])),
  };
}

/** 40 random bytes, the size of Azure's own keys, as base64url. */
function randomKey(): string {
  return randomBytes(40).toString('base64url');
}

/** Whether `given` opens a function of this level; at level `admin` only the master key does. */
export function isAuthorized(keys: Keys, level: AuthLevel, functionName: string, given: string | undefined): boolean {
  if (level === 'anonymous') return true;
  if (given === undefined) return false;
  const accepted = level === 'admin' ? [keys.master] : [keys.functions[functionName], keys.host, keys.master];
  return accepted.some((key) => key !== undefined && isSame(key, given));
}

/** Compares hashes, so that neither length nor first difference shows in the time taken. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
