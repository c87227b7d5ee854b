/** A call as a service sees it. */
export interface ServiceCall {
  readonly method: string;
  /** Of the resource manager; of a vault or the service API of a DPS with its host, `//host/path`. */
  readonly path: string;
  readonly body: unknown;
}

const DPS = 'Microsoft.Devices/provisioningServices';
const VAULT = 'Microsoft.KeyVault/vaults';
const SERVICE_PATH = String.raw`^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Devices/provisioningServices/[^/]+`;
const DATA_PLANE = String.raw`^//[^/]+\.azure-devices-provisioning\.net`;
const VAULT_HOST = String.raw`^//[^/]+\.vault\.azure\.net`;

/**
 * Which action each call needs. From the operations of the resource providers Microsoft.Devices and Microsoft.KeyVault,
 * and from the permission that the REST reference names for each operation of Key Vault ("requires the
 * certificates/update permission"). What is not listed needs a permission that nobody has thought of.
 */
const PERMISSIONS: readonly (readonly [method: string, path: RegExp, action: string])[] = [
  ['GET', path(SERVICE_PATH), `${DPS}/read`],
  ['GET', path(SERVICE_PATH, '/certificates(?:/[^/]+)?'), `${DPS}/certificates/read`],
  ['PUT', path(SERVICE_PATH, '/certificates/[^/]+'), `${DPS}/certificates/write`],
  ['DELETE', path(SERVICE_PATH, '/certificates/[^/]+'), `${DPS}/certificates/delete`],
  [
    'POST',
    path(SERVICE_PATH, '/certificates/[^/]+/generateVerificationCode'),
    `${DPS}/certificates/generateVerificationCode/action`,
  ],
  ['POST', path(SERVICE_PATH, '/certificates/[^/]+/verify'), `${DPS}/certificates/verify/action`],

  ['POST', path(DATA_PLANE, '/enrollmentGroups/query'), `${DPS}/enrollmentGroups/read`],
  ['GET', path(DATA_PLANE, '/enrollmentGroups/[^/]+'), `${DPS}/enrollmentGroups/read`],
  ['PUT', path(DATA_PLANE, '/enrollmentGroups/[^/]+'), `${DPS}/enrollmentGroups/write`],
  ['POST', path(DATA_PLANE, '/enrollments/query'), `${DPS}/enrollments/read`],
  ['GET', path(DATA_PLANE, '/enrollments/[^/]+'), `${DPS}/enrollments/read`],
  ['PUT', path(DATA_PLANE, '/enrollments/[^/]+'), `${DPS}/enrollments/write`],
  ['POST', path(DATA_PLANE, '/registrations/[^/]+/query'), `${DPS}/registrationStates/read`],
  ['GET', path(DATA_PLANE, '/registrations/[^/]+'), `${DPS}/registrationStates/read`],

  ['POST', path(VAULT_HOST, '/certificates/[^/]+/create'), `${VAULT}/certificates/create/action`],
  ['POST', path(VAULT_HOST, '/certificates/[^/]+/pending/merge'), `${VAULT}/certificates/create/action`],
  ['PATCH', path(VAULT_HOST, '/certificates/[^/]+(?:/[^/]+)?'), `${VAULT}/certificates/update/action`],
  ['DELETE', path(VAULT_HOST, '/certificates/[^/]+/pending'), `${VAULT}/certificates/update/action`],
  ['GET', path(VAULT_HOST, '/certificates(?:/[^/]+){0,2}'), `${VAULT}/certificates/read`],
  ['POST', path(VAULT_HOST, '/keys/[^/]+/[^/]+/sign'), `${VAULT}/keys/sign/action`],
];

/** Of what kind an action is: on a resource, which the resource manager takes, or on the data in it, at its own host. */
export function kindOfAction({ path: called }: Pick<ServiceCall, 'path'>): 'actions' | 'dataActions' {
  return called.startsWith('//') ? 'dataActions' : 'actions';
}

/** Throws an Error for a call that the table does not know: to grant it, somebody must look up what it needs. */
export function permissionOf({ method, path: called, body }: ServiceCall): string {
  // An upload that says it is verified already would need no proof, and no permission for one.
  if (method === 'PUT' && JSON.stringify(body ?? null).includes('isVerified')) {
    throw new Error(`${method} ${called} claims to be verified`);
  }
  const found = PERMISSIONS.find(([each, pattern]) => each === method && pattern.test(called));
  if (found === undefined) throw new Error(`Nobody knows which permission ${method} ${called} needs`);
  return found[2];
}

function path(beginning: string, rest = ''): RegExp {
  return new RegExp(`${beginning}${rest}/?$`, 'i');
}
