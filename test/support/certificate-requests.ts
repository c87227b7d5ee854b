import type { EmulatorDescription } from '../../local/emulator/describe.ts';
import { toPem } from '../../shared/x509/pem.ts';
import { sas, type WireRequest } from './hostile-requests.ts';

/** A request that is right but for the certificate in it. */
export interface CertificateRequest extends WireRequest {
  readonly what:
    | 'upload'
    | 'code'
    | 'verify'
    | 'delete'
    | 'import'
    | 'merge'
    | 'signing certificate'
    | 'client certificate';
}

export interface Given {
  /** DER, right or wrong. */
  readonly certificate: Uint8Array;
  /** Whether as PEM, where a service takes both. */
  readonly isPem: boolean;
  /** PEM of a private key, perhaps of another certificate. */
  readonly privateKey: string;
}

interface Tokens {
  readonly arm: string;
  readonly vault: string;
}

function wire(
  what: CertificateRequest['what'],
  method: string,
  url: string,
  authorization: string,
  body?: object,
): CertificateRequest {
  const headers = { 'content-type': 'application/json', authorization };
  return { what, method, url, headers, body: body && JSON.stringify(body) };
}

/** In both forms that services take, base64 and text. */
function forms({ certificate, isPem }: Given) {
  const base64 = Buffer.from(certificate).toString('base64');
  const pem = toPem(certificate);
  return { base64, pem, file: isPem ? Buffer.from(pem).toString('base64') : base64, text: isPem ? pem : base64 };
}

/**
 * What is sent to a DPS, one after the other, for an entry `odd`. The certificate is its own proof: it has the name of its
 * issuer, if any name.
 * @param etag of the entry; `undefined` before there is one
 */
export function entryRequests(
  { resourceManager, provisioningServices }: EmulatorDescription,
  tokens: Tokens,
  given: Given,
  etag?: string,
): Readonly<Record<'upload' | 'code' | 'verify' | 'delete', CertificateRequest>> {
  const { file } = forms(given);
  const arm = (what: CertificateRequest['what'], method: string, path: string, body?: object) => {
    const url = `${resourceManager}${provisioningServices[0]?.resourceId}/certificates/odd${path}?api-version=2022-02-05`;
    const request = wire(what, method, url, `Bearer ${tokens.arm}`, body);
    return { ...request, headers: { ...request.headers, ...(etag !== undefined && { 'if-match': etag }) } };
  };
  return {
    upload: arm('upload', 'PUT', '', { properties: { certificate: file } }),
    code: arm('code', 'POST', '/generateVerificationCode'),
    verify: arm('verify', 'POST', '/verify', { certificate: file }),
    delete: arm('delete', 'DELETE', ''),
  };
}

/**
 * What clients send to each other address that takes a certificate; the vault needs a pending request named `pending`.
 * Other names are `odd`, so that nothing right is replaced.
 */
export function certificateRequests(
  { keyVaults, provisioningServices }: EmulatorDescription,
  tokens: Tokens,
  given: Given,
): readonly CertificateRequest[] {
  const [vault, dps] = [keyVaults[0], provisioningServices[0]];
  if (vault === undefined || dps === undefined) throw new Error('the emulator was expected to have a vault and a DPS');
  const host = dps.serviceOperationsHostName;
  const { base64, pem, text } = forms(given);
  const kv = (path: string) => `${vault.url}/certificates/${path}?api-version=2025-07-01`;
  const api = (path: string) => `https://${host}/${path}?api-version=2021-10-01`;
  const shared = sas(host, dps.sharedAccessKey, dps.sharedAccessKeyName);
  const x509 = (field: string) => ({
    attestation: { type: 'x509', x509: { [field]: { primary: { certificate: text } } } },
  });
  return [
    wire('import', 'POST', kv('odd/import'), `Bearer ${tokens.vault}`, { value: `${given.privateKey}${pem}` }),
    wire('merge', 'POST', kv('pending/pending/merge'), `Bearer ${tokens.vault}`, { x5c: [base64] }),
    wire('signing certificate', 'PUT', api('enrollmentGroups/odd'), shared, {
      enrollmentGroupId: 'odd',
      ...x509('signingCertificates'),
    }),
    wire('client certificate', 'PUT', api('enrollments/odd'), shared, {
      registrationId: 'odd',
      ...x509('clientCertificates'),
    }),
  ];
}
