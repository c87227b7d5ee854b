import type { Entry, KeyPolicy, PendingRequest } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { CaTags } from './ca-tags.ts';
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
  | ({ readonly kind: 'found'; readonly isRekeyed: boolean } & FoundIssuer)
  /** The predecessor signed itself. */
  | { readonly kind: 'self' }
  | { readonly kind: 'missing' }
  /** Not found, but not every vault could be read: unknown, which is not missing. */
  | { readonly kind: 'unknown'; readonly detail: string };

/** What the vault holds of a CA, and what is asked for. */
export interface ObservedVault {
  /** Newest first, at least one. */
  readonly generations: readonly [Generation, ...Generation[]];
  /** Ids of all versions, disabled ones too: whoever finds another one later was overtaken. */
  readonly versions: readonly string[];
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

/** A DPS that holds a generation of the CA, or one that could not be read. */
export type ObservedService =
  | {
      readonly kind: 'read';
      readonly id: string;
      readonly name: string;
      readonly state: string;
      readonly entries: readonly Entry[];
    }
  | { readonly kind: 'unreadable'; readonly id: string; readonly name: string; readonly detail: string };

/** All that is known of one CA at one moment; the whole input of a decision. */
export interface Observed {
  readonly ca: CaId;
  readonly tags: CaTags;
  /** The tag's, else the setting's. */
  readonly renewBefore: RenewBefore;
  /** Thumbprint of the generation that somebody wants replaced now. */
  readonly forced?: string | undefined;
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
