import type { JsonObject } from '../lossless-json.ts';
import type { Registration } from './registration-store.ts';

/** A registration as the service API answers it (DeviceRegistrationState). */
export function showRegistration({ registrationId, etag, state }: Registration): JsonObject {
  return { registrationId, ...state, etag };
}
