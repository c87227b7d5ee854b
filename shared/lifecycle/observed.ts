import type { Enrollment, Entry, KeyPolicy, PendingRequest, VaultVersion } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { CaTags } from './ca-tags.ts';
import type { Evidence } from './evidence.ts';
import type { ReferenceWishes } from './reference-situation.ts';
import type { Tally } from './reference-tally.ts';
import type { RenewBefore } from './renew-before.ts';

/** A CA: a certificate name in a vault, with all its versions. */
export interface CaId {
  readonly vaultUrl: string;
  readonly name: string;
}

/** An enabled version whose certificate is CA:TRUE. */
export interface Generation {
  readonly version: string;
  /** By Key Vault's clock, to the second. */
  readonly createdOn: Date;
  readonly keyId: string;
  readonly certificate: Certificate;
  /** A CA's tags are those of its newest generation. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The CA one of whose generations' keys verifies the predecessor's signature; `generation` is its newest. */
export interface FoundIssuer {
  readonly ca: CaId;
  readonly generation: Generation;
}

/** Who signs the next generation. */
export type Issuer =
  /** `isRekeyed`: whether its newest generation has another key than the one that signed. */
  | ({
      readonly kind: 'found';
      readonly isRekeyed: boolean;
      /** Thumbprints of those of its generations whose key verifies the newest generation's signature. */
      readonly signers: readonly string[];
    } & FoundIssuer)
  /** The predecessor signed itself. */
  | { readonly kind: 'self' }
  | { readonly kind: 'missing' }
  /** Not found, but not every vault could be read: unknown, which is not missing. */
  | { readonly kind: 'unknown'; readonly detail: string };

/** What the vault holds of a CA, and what is asked for. */
export interface ObservedVault {
  /** Newest first, at least one. */
  readonly generations: readonly [Generation, ...Generation[]];
  /** All versions, disabled ones too, newest first: whoever finds another one later was overtaken. */
  readonly versions: readonly VaultVersion[];
  /** Names of CAs whose newest generation is unexpired and still chains to an older generation of this one. */
  readonly chainedSubordinates: readonly string[];
  /** Thumbprints of certificates that are signed with the newest generation's key. */
  readonly followers: readonly string[];
  readonly keyPolicy: KeyPolicy;
  /** SubjectPublicKeyInfo (DER) of the keys that are there already: none of them is new. */
  readonly keys: readonly Uint8Array[];
  /**
   * Enabled versions that signed themselves, with the CA's name and kind of key, but are no CA: what the renewal of a
   * root with a new key begins with. Newest first; more than one only where two renewals have raced.
   */
  readonly seeds: readonly Generation[];
  /** Whether the newest version of all is a CA that somebody has disabled. */
  readonly rolledBack: boolean;
  /** Read only when the CA is due. */
  readonly pending: PendingRequest | undefined;
  readonly issuer: Issuer;
  /** Whether the issuer is a managed CA with a step to take in its own vault. Looked at only when this CA is due. */
  readonly isIssuerDue: boolean;
}

/** A DPS with its entries, or one that could not be read. */
export type ServiceFacts =
  | {
      readonly kind: 'read';
      readonly id: string;
      readonly name: string;
      readonly state: string;
      readonly entries: readonly Entry[];
    }
  | { readonly kind: 'unreadable'; readonly id: string; readonly name: string; readonly detail: string };

/** The enrollments of a DPS that refer to a version of the CA. */
export type Referring =
  | {
      readonly kind: 'all';
      readonly enrollments: readonly Enrollment[];
      /** By `kind id`, where an older version of theirs rests on it. */
      readonly evidence?: ReadonlyMap<string, Evidence>;
    }
  /** Too many to hold: the sum of what was decided on each of them, as the CA was when it was observed. */
  | { readonly kind: 'many'; readonly tally: Tally }
  | { readonly kind: 'unreadable'; readonly detail: string };

/** A DPS as far as one CA is concerned. */
export type ObservedService =
  | Extract<ServiceFacts, { readonly kind: 'unreadable' }>
  | (Extract<ServiceFacts, { readonly kind: 'read' }> & {
      /** Whether the CA has, or is to have, entries of its own here; no, where enrollments embed it and nothing more. */
      readonly registers: boolean;
      readonly referring: Referring;
      /** Groups that embed an intermediate of this CA which may chain to an older generation: nobody knows better. */
      readonly embeddedBelow: readonly string[];
      /** By the thumbprints of older versions that rest on it: what all its enrollments prove together. */
      readonly evidence?: ReadonlyMap<string, Evidence>;
    });

/** All that is known of one CA at one moment; the whole input of a decision. */
export interface Observed {
  readonly ca: CaId;
  readonly tags: CaTags;
  /** The tag's, else the setting's. */
  readonly renewBefore: RenewBefore;
  /** The tags', else the settings'. */
  readonly referenceWishes: ReferenceWishes;
  /** Thumbprint of the generation that somebody wants replaced now. */
  readonly forced?: string | undefined;
  /** Whether a generation has been issued since: what chains to the ones before it was not looked at. */
  readonly hasIssued?: true;
  readonly vault: ObservedVault;
  readonly services: readonly ObservedService[];
}

/** The newest generation: the one that everything else should come to hold. */
export function newestOf(observed: Observed): Generation {
  return observed.vault.generations[0];
}

/** A DPS's entry of a generation, whatever its name is; of several the verified one. */
export function entryOf(entries: readonly Entry[], generation: Generation): Entry | undefined {
  const matching = entries.filter((entry) => entry.thumbprint === generation.certificate.thumbprint);
  return matching.find((entry) => entry.isVerified) ?? matching[0];
}
