import { setTimeout } from 'node:timers/promises';
import { faultOfApiVersion } from '../data-plane-api-version.ts';
import { dataPlaneError, dataPlaneFailure, failureCode } from '../data-plane-error.ts';
import { ID_RULE, isId } from '../enrollments/is-id.ts';
import { parseLossless } from '../lossless-json.ts';
import type { Pace } from '../pace.ts';
import { matchPath } from '../resource-manager/match-path.ts';
import type { ProvisioningServices } from '../resource-manager/provisioning-services.ts';
import type { Service, ServiceRequest, ServiceResponse } from '../service.ts';
import type { DeviceContext } from './context.ts';
import type { Hubs } from './hubs.ts';
import { createOperations } from './operations.ts';
import { followOperation, lookUpRegistration, type RegistrationWorld, register } from './registrations.ts';
import { createWebhookCaller, type WebhookCaller } from './webhook.ts';

export interface DevicesOptions {
  readonly provisioningServices: ProvisioningServices;
  /** Where devices are put. */
  readonly hubs: Hubs;
  readonly pace: Readonly<Pace>;
  /** The emulator's clock. */
  readonly now: () => Date;
  /** The machine's clock, by which clients make SAS tokens. */
  readonly machineNow: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  /** Receives what went wrong inside the emulator itself. */
  readonly log: (text: string) => void;
  /** Waits so many real milliseconds; default a timer. */
  readonly delay?: (ms: number) => Promise<unknown>;
  /** Default: over the network. */
  readonly webhooks?: WebhookCaller;
}

/** The device API of all DPS, on one address as in Azure: which DPS it is for, the idScope in the path says. */
export interface Devices extends Service {
  /** Breaks off what is under way. */
  close(): void;
}

type Operation = (context: DeviceContext, world: RegistrationWorld, operationId: string) => ServiceResponse;

const ROUTES: readonly (readonly [method: string, pattern: string, operation: Operation])[] = [
  ['PUT', '/:idScope/registrations/:registrationId/register', register],
  ['GET', '/:idScope/registrations/:registrationId/operations/:operationId', followOperation],
  ['POST', '/:idScope/registrations/:registrationId', lookUpRegistration],
];

/** What the service sends, in seconds. ASSUMED: the number. */
const RETRY_AFTER = 3;

/** Makes the device API. Devices authenticate themselves in every request: by certificate or by SAS token. */
export function createDevices(options: DevicesOptions): Devices {
  const { now, random, pace, hubs, log } = options;
  const webhooks = options.webhooks ?? createWebhookCaller();
  const delay = options.delay ?? wait;
  const world: RegistrationWorld = {
    hubs,
    now,
    log,
    webhooks,
    operations: createOperations(random),
    delay: (ms) => delay(ms / pace.factor),
    retryAfter: () => Math.round(RETRY_AFTER / pace.factor),
  };
  const failure = (status: number, message: string) =>
    dataPlaneFailure(failureCode(status), message, { now: now(), random });
  return {
    service: 'devices',
    instance: 'devices',
    audiences: undefined,
    handle: async (request) => dispatch(request, options, world),
    unauthorized: () => failure(401, 'Unauthorized'),
    failure,
    close: () => webhooks.close(),
  };
}

/** ASSUMED: 401 for an idScope that is nobody's. */
function dispatch(request: ServiceRequest, options: DevicesOptions, world: RegistrationWorld): ServiceResponse {
  const now = options.now();
  const refusal = (code: number, message: string) => dataPlaneError(code, message, { now, random: options.random });
  const { pathname } = request.url;
  const matches = ROUTES.flatMap(([method, pattern, operation]) => {
    const parameters = matchPath(pattern, pathname);
    return parameters ? [{ method, operation, parameters }] : [];
  });
  const match = matches.find(({ method }) => method === request.method.toUpperCase());
  if (!match && matches.length > 0) throw refusal(405_000, `${request.method} is not allowed on '${pathname}'.`);
  if (!match) throw refusal(404_000, `The device API of DPS has nothing at '${pathname}'.`);
  const versionFault = faultOfApiVersion(request.url);
  if (versionFault !== undefined) throw refusal(400_001, versionFault);
  const { idScope = '', registrationId = '', operationId = '' } = match.parameters;
  const service = options.provisioningServices
    .list()
    .find((each) => each.idScope.toLowerCase() === idScope.toLowerCase());
  if (!service) throw refusal(401_002, 'Unauthorized');
  if (!isId(registrationId)) throw refusal(400_001, `The registrationId '${registrationId}' must be ${ID_RULE}.`);
  const context: DeviceContext = {
    service,
    registrationId,
    request,
    // With its text where there is one: an in-process caller may give nothing but the parsed body.
    body: request.text === undefined ? request.body : parseLossless(request.text),
    now,
    machineNow: options.machineNow(),
    refusal,
  };
  return match.operation(context, world, operationId);
}

function wait(ms: number): Promise<unknown> {
  // Unreferenced: a registration that waits for its webhook does not keep a closed emulator's process alive.
  return setTimeout(ms, undefined, { ref: false });
}
