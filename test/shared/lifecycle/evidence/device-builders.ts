import { createPublicKey, type KeyObject } from 'node:crypto';
import { makeCertificate } from '../../../../local/emulator/pki.ts';
import { deviceFinding, type Succeeded } from '../../../../shared/lifecycle/device-finding.ts';
import { linesUp } from '../../../../shared/lifecycle/lines-up.ts';
import type { KeptAttestation, Registration } from '../../../../shared/ports.ts';
import { type Certificate, readCertificate } from '../../../../shared/x509/certificate.ts';
import { days, NOW } from '../../../support/builders.ts';
import { newKey } from '../../../support/key-vault-builders.ts';

// A CA with an older generation O and a newer one N of another key, below a root, and what hangs on them.

export interface Signed {
  readonly key: KeyObject;
  readonly certificate: Certificate;
}

interface Options {
  readonly subject: string;
  readonly signer?: Signed | undefined;
  readonly key?: KeyObject;
  /** Days from `NOW`. */
  readonly from?: number;
  readonly ca?: boolean;
}

export async function signed({ subject, signer, key = newKey(), from = -300, ca = true }: Options): Promise<Signed> {
  const der = await makeCertificate({
    subject,
    publicKey: createPublicKey(key),
    signer: signer === undefined ? { key } : { key: signer.key, certificate: signer.certificate.der },
    notBefore: days(from),
    notAfter: days(700),
    ca,
  });
  return { key, certificate: readCertificate(der) };
}

/** notBefore of N, in days from `NOW`. */
export const NEWER_FROM = -100;
const CA_NAME = 'CN=Plant A';

export const ROOT = await signed({ subject: 'CN=Root', from: -3000 });
export const OLDER = await signed({ subject: CA_NAME, signer: ROOT });
export const NEWER = await signed({ subject: CA_NAME, signer: ROOT, from: NEWER_FROM });
/** A newer generation with the key of O. */
export const SAME_KEY = await signed({ subject: CA_NAME, signer: ROOT, key: OLDER.key, from: NEWER_FROM });
export const LINE = await signed({ subject: 'CN=Line 1', signer: NEWER, from: -50 });
/** The intermediate of `LINE`, as O had certified it. */
export const LINE_BEFORE = await signed({ subject: 'CN=Line 1', signer: OLDER, key: LINE.key, from: -200 });
export const STRANGER = await signed({ subject: CA_NAME, from: -300 });

/** A device's certificate (DER); after N came into being unless told. */
export async function leaf(signer: Signed, given: { name?: string; from?: number } = {}): Promise<Uint8Array> {
  const { name = 'device-1', from = -20 } = given;
  return (await signed({ subject: `CN=${name}`, signer, from, ca: false })).certificate.der;
}

/** What devices are held against, where these CA certificates are known beside O, the root and N. */
export function succeeded(known: readonly Signed[] = [], newer = NEWER): Succeeded {
  const all = [ROOT, OLDER, newer, ...known].map(({ certificate }) => certificate);
  const lines = linesUp({ newer: [newer.certificate], older: [OLDER.certificate], known: all });
  return { lines, newerFrom: newer.certificate.notBefore };
}

export function attestation(given: Partial<KeptAttestation> = {}): KeptAttestation {
  return {
    kind: 'group',
    enrollment: 'line-1',
    registrationId: 'device-1',
    at: NOW,
    firstSeen: NOW,
    certificate: undefined,
    issuerName: undefined,
    issuerThumbprints: [],
    thumbprints: [],
    ...given,
  };
}

export function registration(given: Partial<Registration> = {}): Registration {
  return { registrationId: 'device-1', status: 'assigned', lastUpdated: NOW, ...given };
}

export const findingOn = (given: Partial<KeptAttestation>, against = succeeded()) =>
  deviceFinding(attestation(given), registration(), against);
