import * as z from 'zod';
import type { EmulatorApi } from './emulator-api.ts';
import type { Generation } from './fleet.ts';
import type { DeviceIssuer } from './issue-device-certificate.ts';
import { VAULT } from './service-apis.ts';

const signature = z.object({ value: z.base64url() });

/**
 * A version of a CA that signs device certificates with its key inside the vault. It is pinned: a plant changes over to
 * the next one when the app says `certificate_trusted`, and not before.
 */
export function deviceIssuer(api: EmulatorApi, vaultUrl: string, ca: string, generation: Generation): DeviceIssuer {
  const url = `${vaultUrl}/keys/${ca}/${generation.version}/sign?${VAULT.version}`;
  return {
    thumbprint: generation.thumbprint,
    der: generation.der,
    sign: async (digest) => {
      const body = { alg: 'ES256', value: Buffer.from(digest).toString('base64url') };
      const { value } = signature.parse(await api.send('POST', url, VAULT.audience, body));
      return Buffer.from(value, 'base64url');
    },
  };
}
