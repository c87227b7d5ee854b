import type { Attested } from './attested.ts';
import { authenticateCertificate } from './authenticate-certificate.ts';
import { authenticateSignature } from './authenticate-signature.ts';
import type { DeviceContext } from './context.ts';

/**
 * Finds out which device calls, and by which enrollment it comes in. TPM attestation is not emulated.
 * ASSUMED: a SAS token counts for more than a certificate, and a device whose id has an individual enrollment comes in
 * by that or not at all, whatever groups would take it.
 *
 * @throws ServiceError 401
 */
export function authenticate(context: DeviceContext): Attested {
  const { authorization } = context.request.headers;
  const attested =
    authorization === undefined ? authenticateCertificate(context) : authenticateSignature(context, authorization);
  // The first enrollment that fits decides, and so a disabled one blocks. ASSUMED: with these words.
  if (!attested.enrollment.content.isEnabled) throw context.refusal(401_002, 'Unauthorized');
  return attested;
}
