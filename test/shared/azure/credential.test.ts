import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { managedIdentity } from '../../../shared/azure/credential.ts';

afterEach(() => vi.unstubAllEnvs());

// One file of its own: for the life of a process @azure/identity goes on asking the endpoint that it met first.
it('gives up an identity endpoint that never answers, and says what to check', async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'secret-header');
  const failure = await managedIdentity('id-1', 200)
    .getToken('https://vault.azure.net/.default')
    .catch((error: unknown) => String(error));
  expect(failure).toBe(
    'Error: Cannot get a token for https://vault.azure.net/.default: the identity endpoint has not answered for 200 ms; ' +
      "check that the identity 'id-1' exists and is assigned to the app (setting AZURE_CLIENT_ID)",
  );
  server.closeAllConnections();
  server.close();
});
