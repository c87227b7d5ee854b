import type { ProvisioningService, SharedAccessPolicy } from '../resource-manager/provisioning-services.ts';
import { readSasToken } from '../sas-token.ts';

/**
 * Checks the value of an Authorization header that is a SAS token of the service API: its resource is the host of the
 * DPS, with or without the port, since clients differ in that; its key name is that of a shared access policy.
 *
 * @returns the policy with one of whose keys it is signed; `undefined` if it is expired, malformed, for another host, or
 *   signed otherwise
 */
export function policyOfSignature(
  authorization: string,
  service: ProvisioningService,
  now: Date,
): SharedAccessPolicy | undefined {
  const token = readSasToken(authorization, now);
  if (!token || !isHost(token.resource, service.serviceOperationsHostName)) return undefined;
  const policy = service.policies.find(({ keyName }) => keyName.toLowerCase() === token.keyName.toLowerCase());
  const keys = policy ? [policy.primaryKey, policy.secondaryKey] : [];
  return keys.some((key) => token.isSignedBy(key)) ? policy : undefined;
}

/** @param host the DPS's own, with its port if it has one */
function isHost(resource: string, host: string): boolean {
  const asked = resource.toLowerCase();
  return asked === host.toLowerCase() || asked === host.toLowerCase().replace(/:\d+$/, '');
}
