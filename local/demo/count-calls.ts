import type { LoggedRequest } from '../emulator/control/traffic.ts';

/** Authenticated requests by service, and what comes along with them. */
export interface CallCount {
  readonly resourceManager: number;
  readonly keyVault: number;
  readonly enrollments: number;
  /** All of the above. */
  readonly total: number;
  /** 401s by which a Key Vault client learns where to get its token. */
  readonly challenges: number;
  readonly tokenRequests: number;
}

/** Counts calls as Azure would bill or throttle them: challenges and token requests apart. */
export function countCalls(requests: readonly LoggedRequest[]): CallCount {
  const toServices = requests.filter(({ service }) => service !== 'identity' && service !== 'devices');
  const calls = toServices.filter(({ status }) => status !== 401);
  const of = (service: LoggedRequest['service']) => calls.filter((call) => call.service === service).length;
  return {
    resourceManager: of('resourceManager'),
    keyVault: of('keyVault'),
    enrollments: of('enrollments'),
    total: calls.length,
    challenges: toServices.length - calls.length,
    tokenRequests: requests.filter(({ service }) => service === 'identity').length,
  };
}
