/** What the services' APIs say of a fleet at one moment. */
export interface Fleet {
  readonly cas: readonly Ca[];
  readonly entries: readonly Entry[];
  readonly enrollments: readonly Enrollment[];
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

/** An enrollment of a DPS: a group, or one device. */
export interface Enrollment {
  readonly dps: string;
  readonly kind: 'group' | 'individual';
  readonly id: string;
  readonly etag: string;
  /** Thumbprints of the CA certificates that it refers to, the primary first; `undefined` where it has no such place. */
  readonly refersTo: readonly [string | undefined, string | undefined];
}

/** The CA whose generation an entry holds, if it is in a vault. */
export function caOf(fleet: Fleet, entry: Pick<Entry, 'thumbprint'>): Ca | undefined {
  return fleet.cas.find(({ generations }) => generations.some(({ thumbprint }) => thumbprint === entry.thumbprint));
}
