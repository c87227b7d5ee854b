import type { X509Certificate } from 'node:crypto';
import type { StoredEnrollment } from '../enrollments/enrollment-store.ts';

/** A device that has proved who it is, and the enrollment by which it comes in. */
export interface Attested {
  readonly enrollment: StoredEnrollment;
  readonly credential: Credential;
}

export type Credential =
  | {
      readonly kind: 'x509';
      readonly certificate: X509Certificate;
      /** The CA certificate that the enrollment trusts it by; `undefined` where the enrollment holds its own. */
      readonly signer: X509Certificate | undefined;
    }
  | { readonly kind: 'symmetricKey' };
