import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import type { ServiceResponse } from '../service.ts';
import { assertMayIssue } from './assert-may-issue.ts';
import { keyOperations, policyRequest } from './policy.ts';
import { policyFromCertificate } from './policy-from-certificate.ts';
import { type KeyAndCertificates, readPkcs12 } from './read-pkcs12.ts';
import { attributesRequest, parseBody, tagsRequest } from './request-body.ts';
import { badParameter } from './vault-error.ts';
import type { VaultRequest } from './vault-request.ts';
import { addVersion, findRecord, newIdentifier, toUnixSeconds, type VaultState } from './vault-state.ts';
import { certificateBody } from './wire.ts';

const importRequest = z.object({
  value: z.string(),
  pwd: z.string().nullish(),
  policy: policyRequest.nullish(),
  attributes: attributesRequest.nullish(),
  tags: tagsRequest.nullish(),
});

/** PEM text with one private key (PKCS#8 unencrypted) and at least one certificate, in any order. */
function readPem(text: string): KeyAndCertificates {
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g) ?? [];
  const key = blocks.find((block) => block.includes('PRIVATE KEY'));
  if (key === undefined) throw new Error('there is no private key in it');
  return {
    privateKey: createPrivateKey(key),
    certificates: blocks.filter((block) => block.includes('CERTIFICATE')).map((block) => new X509Certificate(block)),
  };
}

function readValue(value: string, password: string): KeyAndCertificates & { leaf: X509Certificate } {
  let content: KeyAndCertificates;
  let leaf: X509Certificate | undefined;
  try {
    content = value.includes('-----BEGIN ') ? readPem(value) : readPkcs12(Buffer.from(value, 'base64'), password);
    const publicKey = createPublicKey(content.privateKey);
    leaf = content.certificates.find((certificate) => certificate.publicKey.equals(publicKey));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw badParameter(`The specified PKCS#12 or PEM X.509 certificate content can not be read: ${reason}`);
  }
  if (leaf === undefined) throw badParameter('Property value has no certificate for the private key in it');
  return { ...content, leaf };
}

/**
 * POST /certificates/{name}/import: 200 with the certificate. `value` is PEM text or base64 of a PKCS#12 (`pwd`). The
 * policy is read off the certificate; of a given one only the issuer's name, exportable and reuse_key count.
 * ASSUMED: that last sentence, and 400 for a certificate that has expired.
 */
export function importCertificate(state: VaultState, request: VaultRequest): ServiceResponse {
  const body = parseBody(importRequest, request.body);
  const record = findRecord(state, request.name);
  assertMayIssue(request.name, record);
  const { privateKey, leaf } = readValue(body.value, body.pwd ?? '');
  if (leaf.validToDate <= state.now()) {
    throw badParameter(`The certificate in value has expired at ${leaf.validToDate.toISOString()}`);
  }
  const now = toUnixSeconds(state.now());
  const policy = policyFromCertificate(leaf, privateKey, {
    issuerName: body.policy?.issuer?.name ?? 'Unknown',
    exportable: body.policy?.key_props?.exportable ?? true,
    reuseKey: body.policy?.key_props?.reuse_key ?? false,
    contentType: body.value.includes('-----BEGIN ') ? 'application/x-pem-file' : 'application/x-pkcs12',
    times: { created: record?.policy.attributes.created ?? now, updated: now },
  });
  const target = record ?? { name: request.name, policy, versions: [], pending: undefined, deletedOn: undefined };
  target.policy = policy;
  state.certificates.set(request.name.toLowerCase(), target);
  const issued = {
    version: newIdentifier(),
    certificate: new Uint8Array(leaf.raw),
    privateKey,
    keyOperations: keyOperations(policy),
    enabled: body.attributes?.enabled ?? true,
    tags: body.tags ?? undefined,
  };
  addVersion(target, issued, now);
  state.added(target);
  return { status: 200, body: certificateBody(request.origin, target) };
}
