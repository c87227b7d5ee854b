import { asObject, type JsonObject } from '../json.ts';
import { toPem } from '../x509/pem.ts';
import type { Place, ReferenceField } from './reference-slots.ts';

/** What a place shall hold. */
export type WantedSlot =
  | { readonly kind: 'empty' }
  | { readonly kind: 'entry'; readonly name: string }
  /** Embedded anew; `thumbprint` for whoever reads the decision. */
  | { readonly kind: 'certificate'; readonly thumbprint: string; readonly der: Uint8Array }
  /** What one of the places holds now, as it is. */
  | { readonly kind: 'kept'; readonly from: Place };

/** A reference as it shall be. `primary` is never empty. */
export interface ReferenceChange {
  readonly field: ReferenceField;
  readonly primary: Exclude<WantedSlot, { readonly kind: 'empty' }>;
  readonly secondary: WantedSlot;
  /** What to write in place of a webhook URL that DPS has masked; `undefined` where none is. */
  readonly webhookUrl: string | undefined;
}

/**
 * The record of an enrollment with a changed reference. Everything else is the very value it was, in its order, so that
 * what we do not know survives, and numbers keep their source text.
 * Throws an Error if the record does not hold the field: then the change was decided on another one.
 */
export function changeRecord(record: JsonObject, change: ReferenceChange): JsonObject {
  const { field, webhookUrl } = change;
  const attestation = asObject(record.attestation);
  const x509 = asObject(attestation?.x509);
  const pair = asObject(x509?.[field]);
  if (attestation === undefined || x509 === undefined || pair === undefined) {
    throw new Error(`Cannot change the reference of an enrollment: its record holds no attestation.x509.${field}`);
  }
  const changed = { ...record, attestation: { ...attestation, x509: { ...x509, [field]: changePair(pair, change) } } };
  if (webhookUrl === undefined) return changed;
  const definition = { ...asObject(record.customAllocationDefinition), webhookUrl };
  return { ...changed, customAllocationDefinition: definition };
}

function changePair(pair: JsonObject, { primary, secondary }: ReferenceChange): JsonObject {
  const changed = { ...pair, primary: contentOf(primary, pair) };
  // An absent place that stays empty stays absent.
  if (secondary.kind === 'empty' && !Object.hasOwn(pair, 'secondary')) return changed;
  return { ...changed, secondary: contentOf(secondary, pair) };
}

function contentOf(slot: WantedSlot, pair: JsonObject): unknown {
  switch (slot.kind) {
    case 'empty':
      return null;
    case 'entry':
      return slot.name;
    case 'certificate':
      return { certificate: toPem(slot.der) };
    case 'kept':
      return pair[slot.from];
  }
}
