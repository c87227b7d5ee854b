import { ServiceError, type ServiceResponse } from '../service.ts';

/** The body of an error of Azure Resource Manager's own front end: `{"error": {"code", "message"}}`. */
export function armFailure(status: number, code: string, message: string): ServiceResponse {
  return { status, body: { error: { code, message } } };
}

/** A refusal by Azure Resource Manager's front end. */
export function armError(status: number, code: string, message: string): ServiceError {
  return new ServiceError(message, armFailure(status, code, message));
}

/** `httpStatusCode` of the DPS resource provider: .NET's names of the status codes. */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  412: 'PreconditionFailed',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

/**
 * A refusal by the DPS resource provider, which does not use ARM's envelope: the error stands at the top level, with a
 * number for its code, and with the correlation identifier, the time and the IH code that support asks for.
 *
 * @param code six digits, the first three being the HTTP status
 */
export function providerError(code: number, message: string, now: Date, correlationId: string): ServiceError {
  const response = providerFailure(code, message, now, correlationId);
  return new ServiceError(response.body.message, response);
}

/** The answer of such a refusal. */
export function providerFailure(code: number, message: string, now: Date, correlationId: string) {
  const status = Math.floor(code / 1000);
  const timestamp = now.toISOString().replace('T', ' ').replace(/\.\d+/, '');
  const full =
    `${message} If you contact a support representative please include this correlation identifier: ` +
    `${correlationId}, timestamp: ${timestamp}, errorcode: IH${code}.`;
  const body = { code, httpStatusCode: STATUS_NAMES[status] ?? String(status), message: full };
  return { status, body };
}
