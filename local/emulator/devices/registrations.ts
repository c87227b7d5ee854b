import { showRegistration } from '../enrollments/show-registration.ts';
import { asObject } from '../lossless-json.ts';
import type { ServiceResponse } from '../service.ts';
import { type AssignmentWorld, assign } from './assign.ts';
import { authenticate } from './authenticate.ts';
import { beginAssignment } from './begin-assignment.ts';
import type { DeviceContext } from './context.ts';
import type { Operation, Operations } from './operations.ts';

export interface RegistrationWorld extends AssignmentWorld {
  readonly operations: Operations;
  /** Seconds after which a device is to ask again, for `Retry-After`. */
  readonly retryAfter: () => number;
}

/**
 * `PUT …/register`: begins a registration and answers 202 at once; how it ends, the operation tells.
 * ASSUMED: 400 for a body that is for another device, or none; that a device which registers again meanwhile has two
 * registrations under way, of which it can follow the later.
 */
export function register(context: DeviceContext, world: RegistrationWorld): ServiceResponse {
  assertBody(context);
  const attested = authenticate(context);
  const operation = world.operations.begin(context.service, context.registrationId);
  // Not awaited: the device polls meanwhile. It settles the operation whatever happens.
  void assign(beginAssignment(context, attested), world, (result) => {
    operation.result = result;
  });
  return assigning(operation, world);
}

/** `GET …/operations/{operationId}`: 202 while a hub is being looked for; ASSUMED: 404 if it is not the last one. */
export function followOperation(
  context: DeviceContext,
  world: RegistrationWorld,
  operationId: string,
): ServiceResponse {
  authenticate(context);
  const operation = world.operations.get(context.service, context.registrationId, operationId);
  if (!operation) {
    throw context.refusal(404_202, `'${context.registrationId}' has no operation '${operationId}' under way.`);
  }
  if (!operation.result) return assigning(operation, world);
  return { status: 200, body: { operationId, ...operation.result } };
}

/** `POST …/registrations/{registrationId}`: what became of the device's last registration. */
export function lookUpRegistration(context: DeviceContext): ServiceResponse {
  assertBody(context);
  authenticate(context);
  const registration = context.service.registrations.get(context.registrationId);
  if (registration) return { status: 200, body: showRegistration(registration) };
  throw context.refusal(404_202, `'${context.registrationId}' has never been registered.`);
}

function assigning({ operationId }: Operation, { retryAfter }: RegistrationWorld): ServiceResponse {
  return {
    status: 202,
    headers: { 'retry-after': String(retryAfter()) },
    body: { operationId, status: 'assigning' },
  };
}

function assertBody({ body, registrationId, refusal }: DeviceContext): void {
  const named = asObject(body)?.registrationId;
  if (typeof named === 'string' && named.toLowerCase() === registrationId.toLowerCase()) return;
  throw refusal(
    400_001,
    `The registrationId ${JSON.stringify(named)} of the body is not '${registrationId}', that of the path.`,
  );
}
