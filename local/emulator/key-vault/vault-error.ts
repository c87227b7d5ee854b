import { ServiceError, type ServiceResponse } from '../service.ts';

/** Key Vault's error body. `innererror` carries the finer code where the service gives one. */
export function errorResponse(status: number, code: string, message: string, innerCode?: string): ServiceResponse {
  const inner = innerCode === undefined ? {} : { innererror: { code: innerCode } };
  return { status, body: { error: { code, message, ...inner } } };
}

/** A refusal, to be thrown. */
export function refusal(status: number, code: string, message: string, innerCode?: string): ServiceError {
  return new ServiceError(message, errorResponse(status, code, message, innerCode));
}

/** 400: a parameter of the request is missing or has a value that Key Vault does not take. */
export function badParameter(message: string): ServiceError {
  return refusal(400, 'BadParameter', message);
}

const RECOVERY_HINT = 'you may be able to recover it using the correct recovery command.';

/** 404 of a certificate name or name/version. */
export function certificateNotFound(id: string): ServiceError {
  return refusal(
    404,
    'CertificateNotFound',
    `A certificate with (name/id) ${id} was not found in this key vault. If you recently deleted this certificate ${RECOVERY_HINT}`,
  );
}

/** 404 of a key name or name/version; a key whose certificate is still pending is not found either. */
export function keyNotFound(id: string): ServiceError {
  return refusal(
    404,
    'KeyNotFound',
    `A key with (name/id) ${id} was not found in this key vault. If you recently deleted this key ${RECOVERY_HINT}`,
  );
}

export function pendingNotFound(name: string): ServiceError {
  return refusal(404, 'PendingCertificateNotFound', `Pending certificate not found: ${name}`);
}
