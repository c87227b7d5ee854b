import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { IotDpsClient } from '@azure/arm-deviceprovisioningservices';
import { ClientSecretCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { CertificateClient } from '@azure/keyvault-certificates';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EmulatorDescription } from '../../../local/emulator/describe.ts';
import { type Emulator, startEmulator } from '../../../local/emulator/emulator.ts';
import { makeCertificate } from '../../../local/emulator/pki.ts';

const GROUP = 'rg-fleet';
const DPS = 'dps-fleet';

let emulator: Emulator;
const trustedBefore = getCACertificates('default');

/** What the settings of a deployed app do: nothing in the clients themselves knows that this is not Azure. */
function useEmulator({ caCertificate, identity }: EmulatorDescription): void {
  setDefaultCACertificates([...trustedBefore, readFileSync(caCertificate, 'utf8')]);
  vi.stubEnv('IDENTITY_ENDPOINT', identity.endpoint);
  vi.stubEnv('IDENTITY_HEADER', identity.header);
}

function dpsClient(
  { resourceManager, subscriptionId }: EmulatorDescription,
  credential: TokenCredential,
): IotDpsClient {
  return new IotDpsClient(credential, subscriptionId, {
    endpoint: resourceManager,
    credentials: { scopes: [`${resourceManager}/.default`] },
  });
}

beforeAll(async () => {
  emulator = await startEmulator();
  useEmulator(emulator.description);
});

afterAll(async () => {
  await emulator.close();
  setDefaultCACertificates(trustedBefore);
  vi.unstubAllEnvs();
});

describe('IotDpsClient with ManagedIdentityCredential', () => {
  it('uploads, gets a code, proves possession, is refused a stale ETag, and deletes', async () => {
    const { dpsCertificate } = dpsClient(emulator.description, new ManagedIdentityCredential());
    const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const validity = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 86_400_000) };
    const ca = await makeCertificate({ subject: 'CN=Client CA', publicKey, signer: { key }, ...validity, ca: true });

    const uploaded = await dpsCertificate.createOrUpdate(GROUP, DPS, 'client-ca', { properties: { certificate: ca } });
    expect(uploaded.properties).toMatchObject({ subject: 'Client CA', isVerified: false });

    const etag = uploaded.etag ?? '';
    const coded = await dpsCertificate.generateVerificationCode('client-ca', etag, GROUP, DPS);
    const proof = await makeCertificate({
      subject: `CN=${coded.properties?.verificationCode}`,
      publicKey: createPublicKey(key),
      signer: { key, certificate: ca },
      ...validity,
    });
    const certificate = Buffer.from(proof).toString('base64');
    const stale = dpsCertificate.verifyCertificate('client-ca', etag, GROUP, DPS, { certificate });
    await expect(stale).rejects.toMatchObject({ statusCode: 412, code: 412001 });

    const verified = await dpsCertificate.verifyCertificate('client-ca', coded.etag ?? '', GROUP, DPS, { certificate });
    expect(verified.properties?.isVerified).toBe(true);
    expect(new Set([etag, coded.etag, verified.etag]).size).toBe(3);

    await expect(dpsCertificate.delete(GROUP, DPS, 'client-ca', etag)).rejects.toMatchObject({ statusCode: 412 });
    await dpsCertificate.delete(GROUP, DPS, 'client-ca', verified.etag ?? '');
    await expect(dpsCertificate.get('client-ca', GROUP, DPS)).rejects.toMatchObject({ statusCode: 404, code: 404001 });
  });

  it('reads the DPS, lists its certificates and its keys', async () => {
    const client = dpsClient(emulator.description, new ManagedIdentityCredential());
    const dps = await client.iotDpsResource.get(GROUP, DPS);
    expect(dps.properties.state).toBe('Active');
    expect(dps.properties.iotHubs?.map(({ name }) => name)).toStrictEqual([
      'hub-fleet-west.azure-devices.net',
      'hub-fleet-north.azure-devices.net',
    ]);
    const { value = [] } = await client.dpsCertificate.list(GROUP, DPS);
    expect(value.map(({ name }) => name)).toStrictEqual(['PlantA', 'PlantB-2nd-attempt', 'legacy-partner-ca']);
    const keys = [];
    for await (const key of client.iotDpsResource.listKeys(DPS, GROUP)) keys.push(key.keyName);
    expect(keys).toStrictEqual(['provisioningserviceowner']);
  });

  it('goes on with its cached token at the next emulator', async () => {
    const scope = 'https://management.azure.com/.default';
    const { token } = await new ManagedIdentityCredential().getToken(scope);
    const next = await startEmulator();
    useEmulator(next.description);
    try {
      const { resourceManager, subscriptionId } = next.description;
      const client = new IotDpsClient(new ManagedIdentityCredential(), subscriptionId, { endpoint: resourceManager });
      expect((await client.iotDpsResource.get(GROUP, DPS)).name).toBe(DPS);
      expect((await new ManagedIdentityCredential().getToken(scope)).token).toBe(token);
      expect(next.requests().filter(({ service }) => service === 'identity')).toStrictEqual([]);
    } finally {
      await next.close();
      useEmulator(emulator.description);
    }
  });
});

describe('ClientSecretCredential', () => {
  it.each(['adfs', 'the tenant'])(
    'gets a token from the authority as %s, for vault and resource manager',
    async (tenant) => {
      const { authority, tenantId, keyVaults } = emulator.description;
      const credential = new ClientSecretCredential(tenant === 'adfs' ? tenant : tenantId, 'any-client', 'any-secret', {
        authorityHost: new URL(authority).origin,
        // Without it the client asks login.microsoftonline.com whether this authority is one; never for adfs.
        disableInstanceDiscovery: tenant !== 'adfs',
      });
      const dps = await dpsClient(emulator.description, credential).iotDpsResource.get(GROUP, DPS);
      expect(dps.name).toBe(DPS);

      const url = keyVaults.find(({ name }) => name === 'kv-fleet')?.url ?? '';
      const vault = new CertificateClient(url, credential, { disableChallengeResourceVerification: true });
      const names = [];
      for await (const { name } of vault.listPropertiesOfCertificates()) names.push(name);
      expect(names).toStrictEqual(['plant-a-ca', 'plant-b-ca']);
    },
  );
});
