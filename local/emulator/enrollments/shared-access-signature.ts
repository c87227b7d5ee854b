import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ProvisioningService, SharedAccessPolicy } from '../resource-manager/provisioning-services.ts';

/**
 * Checks the value of an Authorization header that is a SAS token of the service API:
 * `SharedAccessSignature sr=HOST&sig=SIGNATURE&se=UNIX_SECONDS&skn=POLICY`, in any order. The signature is base64 of
 * HMAC-SHA256 over `sr`, a line feed and `se`, where `sr` is the text that stands in the token: clients differ in what
 * of it they percent-encode, and in whether they put the port.
 *
 * @returns the policy with one of whose keys it is signed; `undefined` if it is expired, malformed, for another host, or
 *   signed otherwise
 */
export function policyOfSignature(
  authorization: string,
  service: ProvisioningService,
  now: Date,
): SharedAccessPolicy | undefined {
  const [, parameters] = /^SharedAccessSignature\s+(\S+)$/i.exec(authorization) ?? [];
  const fields = new Map((parameters ?? '').split('&').map(splitAtEquals));
  const [resource = '', signature = '', expiry = '', name = ''] = ['sr', 'sig', 'se', 'skn'].map((key) =>
    fields.get(key),
  );
  if (!/^\d+$/.test(expiry) || Number(expiry) * 1000 <= now.getTime()) return undefined;
  if (!isHost(decode(resource), service.serviceOperationsHostName)) return undefined;
  const policy = service.policies.find(({ keyName }) => keyName.toLowerCase() === decode(name).toLowerCase());
  const given = Buffer.from(decode(signature), 'base64');
  const isSigned = [policy?.primaryKey, policy?.secondaryKey].some(
    (key) => key !== undefined && isEqual(given, hmac(key, `${resource}\n${expiry}`)),
  );
  return isSigned ? policy : undefined;
}

function splitAtEquals(field: string): [string, string] {
  const at = field.indexOf('=');
  return at < 0 ? [field, ''] : [field.slice(0, at).toLowerCase(), field.slice(at + 1)];
}

/** @param host the DPS's own, with its port if it has one */
function isHost(resource: string, host: string): boolean {
  const asked = resource.toLowerCase();
  return asked === host.toLowerCase() || asked === host.toLowerCase().replace(/:\d+$/, '');
}

/** @param key base64 */
function hmac(key: string, text: string): Buffer {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest();
}

function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not valid percent-encoding: it is neither our host nor a policy nor a signature.
    return '';
  }
}
