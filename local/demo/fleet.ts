/** What the services' APIs say of a fleet at one moment. */
export interface Fleet {
  readonly cas: readonly Ca[];
  readonly entries: readonly Entry[];
}

/** A Key Vault certificate name with its generations, oldest first. */
export interface Ca {
  readonly name: string;
  readonly vault: string;
  readonly generations: readonly Generation[];
}

/** An enabled version whose certificate is CA:TRUE. */
export interface Generation {
  readonly version: string;
  /** SHA-1 of the DER, upper-case hex. */
  readonly thumbprint: string;
  readonly der: Uint8Array;
  readonly notAfter: Date;
}

/** A CA certificate in a DPS. */
export interface Entry {
  readonly dps: string;
  readonly name: string;
  /** SHA-1 of the DER, upper-case hex. */
  readonly thumbprint: string;
  readonly isVerified: boolean;
  readonly etag: string;
  readonly notAfter: Date;
}

/** The CA whose generation an entry holds, if it is in a vault. */
export function caOf(fleet: Fleet, entry: Entry): Ca | undefined {
  return fleet.cas.find(({ generations }) => generations.some(({ thumbprint }) => thumbprint === entry.thumbprint));
}
