import type { RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { TokenCredential } from '@azure/identity';
import { createTraffic } from '../../local/emulator/control/traffic.ts';
import type { Vault } from '../../local/emulator/key-vault/vault.ts';
import { listen } from '../../local/emulator/listener.ts';
import { serve } from '../../local/emulator/server.ts';
import { createTls } from '../../local/emulator/tls.ts';
import { createTokens } from '../../local/emulator/tokens.ts';
import { newVault } from './key-vault-builders.ts';

/** How long a challenge waits to be overtaken, where nothing comes to overtake it. */
const PATIENCE_MS = 1000;

/**
 * A vault over HTTPS, trusted by this process, on which the challenge of a client's first POST is overtaken by whatever
 * other call comes meanwhile, challenge and answer. A network does that now and then; here it always happens.
 */
export async function startOvertakingVault(): Promise<{
  readonly url: string;
  readonly vault: Vault;
  readonly credential: TokenCredential;
  close(): Promise<void>;
}> {
  const now = () => new Date();
  const vault = newVault({ now });
  const tokens = createTokens(now);
  const inner = serve(vault, { scheme: 'https', traffic: createTraffic(), tokens, now, log: console.error });
  const tls = await createTls(now());
  const trustedBefore = getCACertificates('default');
  setDefaultCACertificates([...trustedBefore, tls.caCertificate]);
  const listener = await listen(overtaken(inner), tls);
  const claims = { audience: 'https://vault.azure.net', issuer: 'test', tenantId: 'tenant', clientId: 'client' };
  return {
    url: `https://localhost:${listener.port}`,
    vault,
    credential: {
      getToken: async () => {
        const { token, expiresOn } = tokens.issue({ ...claims, lifetimeSeconds: 3600 });
        return { token, expiresOnTimestamp: expiresOn * 1000 };
      },
    },
    close: async () => {
      await listener.close();
      setDefaultCACertificates(trustedBefore);
    },
  };
}

function overtaken(inner: RequestListener): RequestListener {
  const answered = Promise.withResolvers<void>();
  let held = false;
  return (request, response) => {
    const { authorization, 'content-length': length = '0' } = request.headers;
    // Only the very first request of a client is stripped of its body; connections may bring the second here before it.
    const isFirst = request.method === 'POST' && authorization === undefined && length === '0';
    if (held || !isFirst) {
      if (authorization !== undefined) response.once('finish', answered.resolve);
      inner(request, response);
      return;
    }
    held = true;
    void Promise.race([answered.promise, delay(PATIENCE_MS)]).then(() => inner(request, response));
  };
}
