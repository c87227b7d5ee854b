import { messageOf } from '../errors.ts';
import type { ScanFailure } from '../events.ts';
import type { CaId } from '../lifecycle/observed.ts';
import { keyOf } from './catalogue.ts';

/** A name in a vault as its listing shows it. */
export interface ListedName {
  readonly ca: CaId;
  /** Of its current version. */
  readonly thumbprint: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What kept one name from being looked at. */
export function failureOf(ca: CaId, error: unknown): ScanFailure {
  return { target: keyOf(ca), message: messageOf(error) };
}
