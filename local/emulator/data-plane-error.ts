import type { ServiceResponse } from './service.ts';

/**
 * An error in the form of the service and device APIs of DPS.
 *
 * @param errorCode six digits, the first three being the HTTP status
 */
export function dataPlaneFailure(errorCode: number, message: string, trackingId: string, now: Date): ServiceResponse {
  return {
    status: Math.floor(errorCode / 1000),
    body: { errorCode, trackingId, message, timestampUtc: now.toISOString() },
  };
}
