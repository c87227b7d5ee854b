import { createPublicKey } from 'node:crypto';
import { readCertificationRequest } from '../../shared/x509/certification-request.ts';
import { subjectKeyIdentifierOf } from '../../shared/x509/public-key.ts';
import { sendToVault } from './by-hand.ts';
import { ALGORITHM, handCertificate, signWith, spkiOf } from './hand-certificate.ts';
import type { Scene } from './scene.ts';
import { bytes, latin1, SEQUENCE, tlv } from './tlv.ts';

/** Critical basicConstraints with CA:TRUE, critical keyUsage with keyCertSign and cRLSign. */
const CA_EXTENSIONS = [bytes('300f0603551d130101ff040530030101ff'), bytes('300e0603551d0f0101ff040403020106')];

export interface OwnDer {
  readonly vault: string;
  readonly name: string;
  /** Name, DER. */
  readonly subject: Uint8Array;
  /** Who signs it: a P-256 CA in a vault of the scene, with its subject (DER). Self-signed where it is left out. */
  readonly issuer?: { readonly vault: string; readonly name: string; readonly subject: Uint8Array };
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Puts a CA into a vault whose certificate is written octet by octet, P-256: as people do it, with a request that
 * somebody else signs and a merge, where Key Vault looks at nothing but the key.
 */
export async function mergeOwnDer(scene: Scene, given: OwnDer): Promise<Uint8Array> {
  const { vault, name, subject, issuer } = given;
  const send = async (method: string, path: string, body?: unknown) =>
    (await sendToVault(scene, vault, method, `/certificates/${name}${path}`, body)).body as Record<string, unknown>;
  const policy = (issuerName: string, reuse: boolean) => ({
    policy: {
      key_props: { kty: 'EC', crv: 'P-256', exportable: false, reuse_key: reuse },
      x509_props: { subject: 'CN=by hand', key_usage: ['keyCertSign', 'cRLSign'] },
      issuer: { name: issuerName },
    },
  });
  if (issuer === undefined) {
    await send('POST', '/create', policy('Self', false));
    await send('GET', '/pending');
  }
  const { csr } = await send('POST', '/create', policy('Unknown', issuer === undefined));
  const key = issuer ? scene.vault(issuer.vault).privateKeyOf(issuer.name) : scene.vault(vault).privateKeyOf(name);
  const { spki } = readCertificationRequest(new Uint8Array(Buffer.from(String(csr), 'base64')));
  const publicKey = issuer ? spki : spkiOf(createPublicKey(key));
  const certificate = handCertificate({
    spki: publicKey,
    algorithm: ALGORITHM.ecdsaWithSha256,
    subject,
    issuer: issuer?.subject ?? subject,
    notBefore: time(given.notBefore),
    notAfter: time(given.notAfter),
    extensions: [...CA_EXTENSIONS, subjectKeyIdentifier(publicKey)],
    sign: signWith('sha256', key),
  });
  await send('POST', '/pending/merge', { x5c: [Buffer.from(certificate).toString('base64')], tags: given.tags ?? {} });
  await send('PATCH', '/policy', { key_props: { reuse_key: false } });
  return certificate;
}

/** RFC 5280 section 4.1.2.5: UTCTime before 2050, GeneralizedTime from then on. */
function time(date: Date): Uint8Array {
  const digits = date.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  return date.getUTCFullYear() < 2050 ? tlv(0x17, latin1(digits.slice(2))) : tlv(0x18, latin1(digits));
}

function subjectKeyIdentifier(spki: Uint8Array): Uint8Array {
  return tlv(SEQUENCE, bytes('0603551d0e'), tlv(0x04, tlv(0x04, subjectKeyIdentifierOf(spki))));
}
