import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAttestations } from '../../shared/azure/attestations.ts';
import { createDocuments } from '../../shared/azure/documents.ts';
import { createEnrollments, enrollmentsOf } from '../../shared/azure/enrollments.ts';
import { createKeyVault } from '../../shared/azure/key-vault.ts';
import { createIotDpsClient, createProvisioningService } from '../../shared/azure/provisioning-service.ts';
import type { NewRequest, ResourceId } from '../../shared/ports.ts';
import { caCertificate, testKey } from '../support/ca-certificate.ts';
import { type HostileAzure, startHostileAzure } from '../support/hostile-azure.ts';
import type { StubAnswer } from '../support/stub-dps.ts';
import { listed, RECORD, readOne, unchanged } from '../support/stub-enrollments.ts';

// A token is good for whoever sees it. Here a service that the app trusts answers with pointers to a host that it does
// not know, through the SDKs' own pipelines and over TLS. Nothing may reach that host, least of all a token.

let azure: HostileAzure;
let cer: string;
beforeAll(async () => {
  azure = await startHostileAzure();
  cer = Buffer.from(await caCertificate({ key: testKey('P-256') })).toString('base64');
});
afterAll(() => azure.close());
beforeEach(() => azure.answer(() => ({ status: 500 })));
afterEach(() => {
  expect(azure.foreign.requests, 'what the foreign host was sent').toEqual([]);
});

const DPS: ResourceId = {
  id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Devices/provisioningServices/dps',
  subscriptionId: 's',
  resourceGroup: 'rg',
  name: 'dps',
};
const RESOURCE = { name: 'dps', location: 'westeurope', sku: { name: 'S1', capacity: 1 } };
const REQUEST: NewRequest = {
  subject: 'CN=a',
  key: { keyType: 'EC', curve: 'P-256', reuseKey: false },
  keyUsage: ['keyCertSign'],
  validityInMonths: 12,
  tags: {},
};

const vault = () => createKeyVault(azure.url, azure.own.credential);
const service = () => createProvisioningService(createIotDpsClient(azure.own.credential, 's', azure.url), DPS);
const enrollments = () => createEnrollments(azure.own.host, azure.own.credential);
const storage = () => ({ blobServiceUrl: azure.url, tableServiceUrl: azure.url, clientId: undefined });
const documents = () => createDocuments(storage(), () => azure.own.credential);
const attestations = () => createAttestations(storage(), () => azure.own.credential);

const json = (value: unknown, rest: Omit<StubAnswer, 'text'> = {}): StubAnswer => ({
  ...rest,
  text: JSON.stringify(value),
});

describe('a redirect to another host', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a listing of a vault', () => vault().list()],
    ['a reading of a vault', () => vault().current('a')],
    ['a request to a vault', () => vault().createRequest('a', REQUEST)],
    ['a merge', () => vault().merge('a', new Uint8Array(3), {})],
    ['a signature', () => vault().sign(`${azure.url}/keys/a/1`, 'ES256', new Uint8Array(32))],
    ['a listing of a DPS', () => service().entries()],
    ['an upload to a DPS', () => service().upload('a', new Uint8Array(3))],
    ['a deletion from a DPS', () => service().deleteEntry({ name: 'a', etag: 'e' } as never)],
    ['a listing of enrollments', () => listed(enrollments())],
    ['a reading of an enrollment', () => enrollments().enrollment('group', 'a')],
  ])('is refused for %s, whatever the status', async (_what, call) => {
    for (const status of [300, 301, 302, 303, 307, 308]) {
      azure.answer(() => json({}, { status, headers: { location: `${azure.elsewhere}/x?code=k3y` } }));
      const refusal = `${azure.url} redirects to ${azure.elsewhere} (${status}), where nothing is sent`;
      await expect(call()).rejects.toThrow(refusal);
      await expect(call()).rejects.not.toThrow('k3y');
    }
  });

  it('is refused where it takes the place of a challenge, before there is a token', async () => {
    azure.own.answer(() => json({}, { status: 307, headers: { location: `${azure.elsewhere}/` } }));
    await expect(vault().list()).rejects.toThrow('where nothing is sent');
    expect(azure.own.scopes).toEqual([]);
  });

  it('is refused for the table and the blobs of the app, by their own SDKs', async () => {
    for (const status of [302, 307]) {
      azure.answer(() => json({}, { status, headers: { location: `${azure.elsewhere}/x` } }));
      await expect(documents().read('status/latest.json')).rejects.toThrow(`Cannot read the document`);
      await expect(attestations().ofEnrollment('group', 'a')[Symbol.asyncIterator]().next()).rejects.toThrow(
        'Cannot list the attestations',
      );
    }
  });
});

describe('a vault whose answers point elsewhere', () => {
  const item = (origin: string) => ({ id: `${origin}/certificates/a/1`, attributes: { enabled: true, created: 1 } });

  it.each<[string, () => Promise<unknown>]>([
    ['certificates', () => vault().list()],
    ['versions', () => vault().versions('a')],
  ])('gets no page of its %s from another host', async (_what, call) => {
    for (const scheme of ['https', 'http']) {
      const elsewhere = `${scheme}://${azure.foreign.host}`;
      azure.answer(() => json({ value: [item(azure.url)], nextLink: `${elsewhere}/certificates?$skiptoken=x` }));
      await expect(call()).rejects.toThrow(`an answer of ${azure.url} points to ${elsewhere}, where nothing is sent`);
    }
  });

  it.each(['https://a b', 'data:application/json,{}', 'file:///etc/passwd', '//[', 'javascript:0', '/certificates'])(
    'is not asked for ever for the page at %s',
    async (nextLink) => {
      for (const value of [[], [item(azure.url)]]) {
        azure.answer(() => json({ value, nextLink }));
        await expect(vault().list()).rejects.toThrow('Cannot list the certificates');
        await expect(vault().versions('a')).rejects.toThrow(`Cannot list the versions of 'a'`);
      }
    },
  );

  it('is asked itself for what it lists under the name of another', async () => {
    azure.answer(() => json({ value: [item(azure.elsewhere)] }));
    const [certificate] = await vault().list();
    expect(certificate?.name).toBe('a');
    azure.answer(() => json({ ...item(azure.elsewhere), cer, kid: `${azure.elsewhere}/keys/a/1` }));
    await vault().current('a');
    expect(azure.own.requests.at(-1)?.url).toMatch(/^\/certificates\/a\/\?/);
  });

  it('has nothing signed by a key that lies elsewhere', async () => {
    azure.answer(() => json({ ...item(azure.url), cer, kid: `${azure.elsewhere}/keys/a/1` }));
    const asked = vault();
    const keyId = (await asked.current('a'))?.content?.keyId ?? '';
    await expect(asked.sign(keyId, 'ES256', new Uint8Array(32))).rejects.toThrow(
      `Cannot sign with '${azure.elsewhere}/keys/a/1': it is not a versioned key of ${azure.url}`,
    );
  });

  it.each(['inProgress', 'completed', 'failed'])('has a pending operation, %s, followed nowhere', async (status) => {
    const operation = {
      id: `${azure.elsewhere}/certificates/a/pending`,
      issuer: { name: 'Unknown' },
      csr: 'AAAA',
      status,
      request_id: 'r',
      target: `${azure.elsewhere}/certificates/a`,
    };
    const headers = {
      location: `${azure.elsewhere}/certificates/a/pending`,
      'operation-location': `${azure.elsewhere}/certificates/a/pending`,
      'azure-asyncoperation': `${azure.elsewhere}/operations/1`,
    };
    azure.answer(({ method }) => json(operation, { status: method === 'POST' ? 202 : 200, headers }));
    await vault().createSeed('a', REQUEST);
    const pending = await vault().pendingRequest('a');
    expect(pending?.requestId).toBe(status === 'inProgress' ? 'r' : undefined);
    expect(azure.own.requests.map(({ url }) => url.split('?')[0])).toContain('/certificates/a/pending');
  });
});

describe('a DPS whose answers point elsewhere', () => {
  it('gets no request for its enrollments at a host that is no DPS', async () => {
    for (const host of [
      'dps.example',
      `${azure.foreign.host}/x`,
      'a@evil.example',
      'x.azure-devices-provisioning.net.example',
    ]) {
      azure.answer(() => json({ ...RESOURCE, properties: { state: 'Active', serviceOperationsHostName: host } }));
      const reached = enrollmentsOf(service().serviceOperationsHostName, azure.own.credential);
      await expect(listed(reached)).rejects.toThrow(`it is no host of a DPS, and no token is sent to it`);
    }
  });

  it('is asked itself for what it lists under the id of another', async () => {
    const entry = {
      id: `${azure.elsewhere}${DPS.id}/certificates/b`,
      name: 'b',
      etag: 'e',
      properties: { thumbprint: 'AB'.repeat(20) },
    };
    azure.answer(({ method }) => (method === 'DELETE' ? {} : json({ value: [entry], nextLink: azure.elsewhere })));
    const dps = service();
    const [read] = await dps.entries();
    if (read === undefined) throw new Error('an entry was expected');
    await dps.deleteEntry(read);
    expect(azure.own.requests.at(-1)?.url).toMatch(new RegExp(`^${DPS.id}/certificates/b\\?`));
  });

  it('has no long-running operation of its followed elsewhere', async () => {
    const headers = { location: azure.elsewhere, 'azure-asyncoperation': `${azure.elsewhere}/operations/1` };
    for (const status of [200, 201, 202]) {
      azure.answer(() => json({ name: 'a', etag: 'e', properties: { thumbprint: 'AB' } }, { status, headers }));
      await service()
        .upload('a', new Uint8Array(3))
        .catch(() => undefined);
    }
  });

  it.each(['https://FOREIGN/next', '../../x', 'a'.repeat(8_000), '%0d%0aHost: FOREIGN'])(
    'gets a continuation back as a header and nothing else: %.20s',
    async (text) => {
      const continuation = text.replace('FOREIGN', azure.foreign.host);
      let served = 0;
      azure.answer(() => {
        served += 1;
        return json([], served === 1 ? { headers: { 'x-ms-continuation': continuation } } : {});
      });
      await listed(enrollments());
      const [first, second] = azure.own.requests;
      expect(second?.url).toBe(first?.url);
      expect(second?.headers['x-ms-continuation']).toBe(continuation);
    },
  );

  it('has an enrollment whose id is a path written nowhere else', async () => {
    const odd = { ...RECORD, registrationId: '../../enrollmentGroups/fleet' };
    const enrollment = await readOne(azure.own, enrollments(), JSON.stringify(odd));
    await enrollments().replaceEnrollment(enrollment, unchanged);
    expect(azure.own.requests.map(({ url }) => url.split('?')[0])).toContain(
      '/enrollments/..%2F..%2FenrollmentGroups%2Ffleet',
    );
  });
});
