import { faultOfApiVersion } from '../data-plane-api-version.ts';
import { dataPlaneError, dataPlaneFailure, failureCode } from '../data-plane-error.ts';
import { parseLossless } from '../lossless-json.ts';
import { duringRequest } from '../observer/current-request.ts';
import { matchPath } from '../resource-manager/match-path.ts';
import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';
import type { Service, ServiceRequest, ServiceResponse } from '../service.ts';
import { runBulkOperation } from './bulk.ts';
import type { DataPlaneContext } from './context.ts';
import type { EnrollmentKind } from './enrollment-store.ts';
import {
  deleteEnrollment,
  getAttestationMechanism,
  getEnrollment,
  putEnrollment,
  queryEnrollments,
} from './enrollments.ts';
import { deleteRegistration, getRegistration, queryRegistrations } from './registrations.ts';

export interface DataPlaneOptions {
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
}

type Operation = (context: DataPlaneContext, id: string) => ServiceResponse;
type Route = readonly [method: string, pattern: string, operation: Operation];

/** The first match wins, so `query` stands before an id. */
const ROUTES: readonly Route[] = [
  ...enrollmentRoutes('enrollments', 'individual'),
  ...enrollmentRoutes('enrollmentGroups', 'group'),
  ['POST', '/registrations/:id/query', queryRegistrations],
  ['GET', '/registrations/:id', getRegistration],
  ['DELETE', '/registrations/:id', deleteRegistration],
];

/**
 * The service API of one DPS: enrollment groups, individual enrollments and registration states. It does not look at
 * tokens: see `createAuthorize`.
 */
export function createDataPlane(service: ProvisioningService, { now, random }: DataPlaneOptions): Service {
  const failure = (status: number, message: string) =>
    dataPlaneFailure(failureCode(status), message, { now: now(), random });
  return {
    service: 'enrollments',
    instance: service.name,
    // It takes SAS tokens beside bearer tokens.
    audiences: undefined,
    handle: async (request) => duringRequest(request, () => dispatch(service, request, { now: now(), random })),
    unauthorized: () => failure(401, 'Unauthorized'),
    failure,
  };
}

function enrollmentRoutes(path: string, kind: EnrollmentKind): Route[] {
  return [
    ['POST', `/${path}`, (context) => runBulkOperation(context, kind)],
    ['POST', `/${path}/query`, (context) => queryEnrollments(context, kind)],
    ['POST', `/${path}/:id/attestationmechanism`, (context, id) => getAttestationMechanism(context, kind, id)],
    ['GET', `/${path}/:id`, (context, id) => getEnrollment(context, kind, id)],
    ['PUT', `/${path}/:id`, (context, id) => putEnrollment(context, kind, id)],
    ['DELETE', `/${path}/:id`, (context, id) => deleteEnrollment(context, kind, id)],
  ];
}

function dispatch(
  service: ProvisioningService,
  request: ServiceRequest,
  stamp: { readonly now: Date; readonly random: (bytes: number) => Uint8Array },
): ServiceResponse {
  const refusal = (code: number, message: string) => dataPlaneError(code, message, stamp);
  const { pathname } = request.url;
  const matches = ROUTES.flatMap(([method, pattern, operation]) => {
    const parameters = matchPath(pattern, pathname);
    return parameters ? [{ method, operation, id: parameters.id ?? '' }] : [];
  });
  const match = matches.find(({ method }) => method === request.method.toUpperCase());
  if (!match && matches.length > 0) throw refusal(405_000, `${request.method} is not allowed on '${pathname}'.`);
  if (!match) throw refusal(404_000, `The service API of DPS has nothing at '${pathname}'.`);
  const versionFault = faultOfApiVersion(request.url);
  if (versionFault !== undefined) throw refusal(400_001, versionFault);
  // With its text where there is one: an in-process caller may give nothing but the parsed body.
  const body = request.text === undefined ? request.body : parseLossless(request.text);
  return match.operation({ service, request, body, ...stamp, refusal }, match.id);
}
