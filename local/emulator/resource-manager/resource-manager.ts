import { duringRequest } from '../observer/current-request.ts';
import type { Service, ServiceRequest, ServiceResponse } from '../service.ts';
import { assertApiVersion, PROVISIONING_API_VERSIONS } from './api-version.ts';
import {
  type CertificatesContext,
  deleteCertificate,
  generateVerificationCode,
  getCertificate,
  listCertificates,
  putCertificate,
  verifyCertificate,
} from './certificates.ts';
import { describeCloud } from './cloud-metadata.ts';
import { armError, armFailure, providerError, providerFailure } from './errors.ts';
import { matchPath } from './match-path.ts';
import { resourceIdOf, toProvisioningServiceResource } from './provisioning-service-resource.ts';
import type { ProvisioningService, ProvisioningServices } from './provisioning-services.ts';
import { getResourceGroup, getSubscription, listResourceGroups, listSubscriptions } from './subscriptions.ts';
import { createThrottle, type Throttle } from './throttle.ts';
import { throttleRequest } from './throttle-request.ts';

export interface ResourceManagerOptions {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly resourceGroup: string;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly provisioningServices: ProvisioningServices;
  /** The resource manager's own addresses, accepted as audiences beside Azure's; known once it listens. */
  readonly addresses: () => readonly string[];
  /** Where the 401 sends a client for a token. */
  readonly authority: () => string;
  /** Default: no limits. */
  readonly throttle?: Throttle;
}

type Parameters = Readonly<Record<string, string>>;
type Operation = (request: ServiceRequest, parameters: Parameters) => ServiceResponse;
type CertificateOperation = (context: CertificatesContext, name: string) => ServiceResponse;

interface Route {
  readonly pattern: string;
  readonly apiVersions: readonly string[] | 'any';
  readonly methods: Readonly<Record<string, Operation>>;
}

const HEADERS = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };

/** What `az cloud register` asks before anybody has logged in. */
const METADATA = '/metadata/endpoints';
const PUBLIC_AZURE = 'https://management.azure.com';
const SUBSCRIPTION = '/subscriptions/:subscription';
const SERVICES = '/providers/Microsoft.Devices/provisioningServices';
/** Paths that ARM's front end hands on to the DPS resource provider. */
const PROVIDER_PATH = `${SERVICES}/`.toLowerCase();
/**
 * By status, what only the provider finds out and so answers in its own form; tokens, rights and rates are checked by
 * ARM's front end before that. ASSUMED: the code of a 500 whose cause is not the content, after the one that was seen.
 */
const PROVIDER_CODES: Readonly<Record<number, number>> = { 409: 409_001, 412: 412_001, 500: 500_019 };

/**
 * Azure Resource Manager as far as DPS needs it: subscriptions, one resource group, the DPS resources with their keys,
 * and their certificates.
 */
export function createResourceManager(options: ResourceManagerOptions): Service {
  const routes = createRoutes(options);
  const throttle = options.throttle ?? createThrottle();
  const isAnonymous = ({ url }: ServiceRequest) => matchPath(METADATA, url.pathname) !== undefined;
  return {
    service: 'resourceManager',
    instance: 'resource-manager',
    get audiences() {
      return [PUBLIC_AZURE, ...options.addresses()].flatMap((address) => [address, `${address}/`]);
    },
    isAnonymous,
    async handle(request) {
      const { subscriptionId, now } = options;
      const rates = isAnonymous(request) ? {} : throttleRequest(request, throttle, subscriptionId, now());
      const response = duringRequest(request, () => dispatch(routes, request, options));
      return { ...response, headers: { ...HEADERS, ...rates, ...response.headers } };
    },
    unauthorized(request) {
      const missing = request.headers.authorization === undefined;
      const response = missing
        ? armFailure(401, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.")
        : armFailure(
            401,
            'InvalidAuthenticationToken',
            'The access token is invalid, expired or for another audience.',
          );
      const challenge = `Bearer authorization_uri="${options.authority()}", error="invalid_token"`;
      return { ...response, headers: { 'www-authenticate': challenge } };
    },
    failure(status, message, { url }) {
      const providerCode = url.pathname.toLowerCase().includes(PROVIDER_PATH) ? PROVIDER_CODES[status] : undefined;
      return providerCode === undefined
        ? armFailure(status, failureCode(status), message)
        : providerFailure(providerCode, message, options.now(), correlationId(options.random));
    },
  };
}

function dispatch(routes: readonly Route[], request: ServiceRequest, options: ResourceManagerOptions): ServiceResponse {
  const path = request.url.pathname;
  for (const route of routes) {
    const parameters = matchPath(route.pattern, path);
    if (!parameters) continue;
    assertApiVersion(request.url, route.apiVersions);
    assertScope(parameters, options);
    const operation = route.methods[request.method];
    if (operation) return operation(request, parameters);
    throw armError(405, 'MethodNotAllowed', `The emulator does not support ${request.method} on '${path}'.`);
  }
  throw armError(404, 'ResourceNotFound', `The emulator has nothing at '${path}'.`);
}

function createRoutes(options: ResourceManagerOptions): Route[] {
  const { provisioningServices } = options;
  const arm = (pattern: string, get: Operation): Route => ({ pattern, apiVersions: 'any', methods: { GET: get } });
  const group = `${SUBSCRIPTION}/resourceGroups/:group`;
  const service = `${group}${SERVICES}/:service`;
  const certificate = `${service}/certificates/:certificate`;
  const provider = (pattern: string, methods: Route['methods']): Route => ({
    pattern,
    apiVersions: PROVISIONING_API_VERSIONS,
    methods,
  });
  const onCertificate = (operation: CertificateOperation): Operation => {
    return (request, parameters) => operation(contextOf(request, parameters, options), parameters.certificate ?? '');
  };
  const listServices = () => ({
    status: 200,
    body: { value: provisioningServices.list().map((each) => toProvisioningServiceResource(each, options)) },
  });
  return [
    arm(METADATA, () => describeCloud(options)),
    arm('/subscriptions', () => listSubscriptions(options)),
    arm(SUBSCRIPTION, () => getSubscription(options)),
    arm(`${SUBSCRIPTION}/resourceGroups`, () => listResourceGroups(options)),
    arm(group, () => getResourceGroup(options)),
    provider(`${SUBSCRIPTION}${SERVICES}`, { GET: listServices }),
    provider(`${group}${SERVICES}`, { GET: listServices }),
    provider(service, {
      GET: (_, parameters) => ({
        status: 200,
        body: toProvisioningServiceResource(serviceOf(parameters, options), options),
      }),
    }),
    provider(`${service}/listkeys`, { POST: (_, parameters) => listKeys(serviceOf(parameters, options)) }),
    provider(`${service}/keys/:key/listkeys`, {
      POST: (_, parameters) => getKey(serviceOf(parameters, options), parameters.key ?? ''),
    }),
    provider(`${service}/certificates`, { GET: onCertificate(listCertificates) }),
    provider(certificate, {
      GET: onCertificate(getCertificate),
      PUT: onCertificate(putCertificate),
      DELETE: onCertificate(deleteCertificate),
    }),
    provider(`${certificate}/generateVerificationCode`, { POST: onCertificate(generateVerificationCode) }),
    provider(`${certificate}/verify`, { POST: onCertificate(verifyCertificate) }),
  ];
}

function contextOf(
  request: ServiceRequest,
  parameters: Parameters,
  options: ResourceManagerOptions,
): CertificatesContext {
  const service = serviceOf(parameters, options);
  const now = options.now();
  return {
    service,
    serviceId: resourceIdOf(service.name, options),
    request,
    now,
    random: options.random,
    refusal: (code, message) => providerError(code, message, now, correlationId(options.random)),
  };
}

/** The rest of the path is only looked at once subscription and resource group are known. */
function assertScope(parameters: Parameters, options: ResourceManagerOptions): void {
  const { subscription, group } = parameters;
  if (subscription !== undefined && subscription.toLowerCase() !== options.subscriptionId.toLowerCase()) {
    throw armError(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
  }
  if (group !== undefined && group.toLowerCase() !== options.resourceGroup.toLowerCase()) {
    throw armError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  }
}

function serviceOf(parameters: Parameters, options: ResourceManagerOptions): ProvisioningService {
  const name = parameters.service ?? '';
  const service = options.provisioningServices.get(name);
  if (service) return service;
  const resource = `The Resource 'Microsoft.Devices/provisioningServices/${name}'`;
  const message = `${resource} under resource group '${options.resourceGroup}' was not found.`;
  throw armError(404, 'ResourceNotFound', message);
}

function listKeys(service: ProvisioningService): ServiceResponse {
  return { status: 200, body: { value: service.policies } };
}

function getKey(service: ProvisioningService, keyName: string): ServiceResponse {
  const policy = service.policies.find((each) => each.keyName.toLowerCase() === keyName.toLowerCase());
  if (policy) return { status: 200, body: policy };
  throw armError(404, 'ResourceNotFound', `'${service.name}' has no shared access policy '${keyName}'.`);
}

function failureCode(status: number): string {
  const codes: Readonly<Record<number, string>> = {
    400: 'BadRequest',
    401: 'InvalidAuthenticationToken',
    403: 'AuthorizationFailed',
    404: 'ResourceNotFound',
    409: 'Conflict',
    412: 'PreconditionFailed',
    413: 'RequestContentTooLarge',
    429: 'SubscriptionRequestsThrottled',
    503: 'ServerUnavailable',
  };
  return codes[status] ?? (status >= 500 ? 'InternalServerError' : 'RequestFailed');
}

function correlationId(random: (bytes: number) => Uint8Array): string {
  const hex = Buffer.from(random(16)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
