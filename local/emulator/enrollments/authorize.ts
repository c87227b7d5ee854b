import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';
import type { ServiceRequest } from '../service.ts';
import type { Tokens } from '../tokens.ts';
import { policyOfSignature } from './shared-access-signature.ts';

/** The resource that bearer tokens for the service API are for. */
const AUDIENCE = 'https://azure-devices-provisioning.net';

/**
 * Rights of a shared access policy that suffice for an operation.
 * ASSUMED: that ServiceConfig suffices for all of them, that writing includes reading, and that EnrollmentWrite extends
 * to registrations: the policy that every DPS is created with has no other rights and may do everything.
 */
const SUFFICIENT = {
  readEnrollment: ['EnrollmentRead', 'EnrollmentWrite', 'ServiceConfig'],
  writeEnrollment: ['EnrollmentWrite', 'ServiceConfig'],
  readRegistration: ['RegistrationStatusRead', 'RegistrationStatusWrite', 'EnrollmentWrite', 'ServiceConfig'],
  writeRegistration: ['RegistrationStatusWrite', 'EnrollmentWrite', 'ServiceConfig'],
} as const;

/**
 * Who may call the service API of a DPS: the bearer of a token for `https://azure-devices-provisioning.net`, or of a
 * SAS token by a shared access policy that has the right. ASSUMED: 401 also where the right is missing.
 *
 * @param machineNow the machine's clock, by which clients make SAS tokens, never one that a test moves
 */
export function createAuthorize(
  service: ProvisioningService,
  tokens: Tokens,
  machineNow: () => Date,
): (request: ServiceRequest) => boolean {
  return (request) => {
    const { authorization } = request.headers;
    if (tokens.accepts(authorization, [AUDIENCE, `${AUDIENCE}/`])) return true;
    const policy = policyOfSignature(authorization ?? '', service, machineNow());
    if (!policy) return false;
    const rights = policy.rights.split(',').map((right) => right.trim());
    return SUFFICIENT[operationOf(request)].some((right) => rights.includes(right));
  };
}

/** ASSUMED: symmetric keys are for those who may write, since with them one is the device. */
function operationOf({ method, url }: ServiceRequest): keyof typeof SUFFICIENT {
  const path = url.pathname.replace(/\/+$/, '');
  const reads = method === 'GET' || /\/query$/i.test(path);
  if (/^\/registrations\//i.test(path)) return reads ? 'readRegistration' : 'writeRegistration';
  return reads ? 'readEnrollment' : 'writeEnrollment';
}
