import type { JsonObject } from '../json.ts';
import type { Glob } from './glob.ts';
import type { JsonPointer } from './json-pointer.ts';

/** In their order: the first whose conditions all hold decides. Where none does, the default rule. */
export type Rules = readonly Rule[];

/** A rule, checked and compiled. */
export interface Rule {
  /** What events and reports call it; no two rules share one. */
  readonly name: string;
  readonly match: Match;
  readonly outcome: Outcome;
}

/** Conditions; those that are absent hold for every device. */
export interface Match {
  /** Of the enrollment's id: any one is enough. */
  readonly enrollment?: readonly Glob[];
  /** Of the registrationId: any one is enough. */
  readonly registrationId?: readonly Glob[];
  /** Of the issuing CA's name in its `plainName`: any one is enough. */
  readonly issuer?: readonly Glob[];
  /** Thumbprints of CA certificates, SHA-1 or SHA-256, upper-case hex: any one is enough. */
  readonly issuerThumbprint?: readonly string[];
  /** Of the device's payload: all of them. */
  readonly payload?: readonly PayloadCondition[];
}

/** A condition on one place of the payload. */
export interface PayloadCondition {
  readonly pointer: JsonPointer;
  /** `found` is `undefined` where the payload has no such place. */
  readonly holds: (found: { readonly value: unknown } | undefined) => boolean;
}

/** What becomes of a device. */
export type Outcome =
  | { readonly deny: string }
  | {
      /** Weight by host name in lower case, `undefined` for the DPS's; absent: all linked hubs. */
      readonly hubs?: ReadonlyMap<string, number | undefined>;
      /** Passed on untouched. */
      readonly initialTwin?: JsonObject;
      /** For the device. Passed on untouched. */
      readonly payload?: JsonObject;
      /** Whether a device stays on its hub while that is a candidate. */
      readonly sticky: boolean;
    };

/** The name under which the default rule is reported. */
export const DEFAULT_RULE_NAME = 'default';

/** All linked hubs by their weights, and a device stays where it is. */
export const DEFAULT_RULE: Rule = { name: DEFAULT_RULE_NAME, match: {}, outcome: { sticky: true } };

/**
 * The name of a CA in the one form in which names are compared: without the spaces that some writers put around commas.
 * @param name as text: `CN=plant-a-ca, O=Contoso`
 */
export function plainName(name: string): string {
  return name
    .split(',')
    .map((part) => part.trim())
    .join(',');
}
