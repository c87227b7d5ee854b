import { ServiceError, type ServiceResponse } from './service.ts';

/** What an error of these services is stamped with. */
export interface ErrorStamp {
  readonly now: Date;
  readonly random: (bytes: number) => Uint8Array;
}

/**
 * An error in the form of the service and device APIs of DPS: the code in a header and in the body.
 *
 * @param errorCode six digits, the first three being the HTTP status
 */
export function dataPlaneFailure(errorCode: number, message: string, { now, random }: ErrorStamp): ServiceResponse {
  const hex = Buffer.from(random(16)).toString('hex');
  const trackingId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return {
    status: Math.floor(errorCode / 1000),
    headers: { 'x-ms-error-code': String(errorCode) },
    body: { errorCode, trackingId, message, timestampUtc: now.toISOString() },
  };
}

/** A refusal in this form. */
export function dataPlaneError(errorCode: number, message: string, stamp: ErrorStamp): ServiceError {
  return new ServiceError(message, dataPlaneFailure(errorCode, message, stamp));
}

/** Seen are 401002 and 429001. */
const FAILURE_CODES: Readonly<Record<number, number>> = { 401: 401_002, 412: 412_001, 429: 429_001 };

/**
 * The error code of a failure that has no cause in the request, by its HTTP status.
 * ASSUMED: that of a stale ETag for 412; the status and three zeros for those that are not known.
 */
export function failureCode(status: number): number {
  return FAILURE_CODES[status] ?? status * 1000;
}
