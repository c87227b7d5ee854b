import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf } from '../../../shared/azure/all-of.ts';
import {
  cancelRequest,
  certificateFor,
  newRequest,
  type PlantedCa,
  plantCa,
  requested,
} from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { type EmulatedAzure, startEmulatedAzure } from '../../support/emulated-azure.ts';

// How many requests a call costs, challenges (401) apart. Both quotas and the time that a scan takes rest on this.

const DIGEST = createHash('sha256').update('to be signed').digest();

interface Row {
  readonly text: string;
  /** What is there before; its requests do not count. Answers what the call needs. */
  readonly given?: (world: ContractWorld, ca: PlantedCa) => Promise<unknown>;
  readonly call: (world: ContractWorld, ca: PlantedCa) => Promise<unknown>;
  readonly requests: readonly string[];
}

const VAULT_ROWS: readonly Row[] = [
  { text: 'list', call: ({ keyVault }) => keyVault.list(), requests: ['GET /certificates'] },
  {
    text: 'list of 60 names: a page is 25',
    given: async ({ vault }, { privateKey, certificate }) => {
      for (let index = 1; index < 60; index += 1) vault.plant({ name: `ca-${index}`, privateKey, certificate });
    },
    call: ({ keyVault }) => keyVault.list(),
    requests: ['GET /certificates', 'GET /certificates', 'GET /certificates'],
  },
  { text: 'versions', call: ({ keyVault }) => keyVault.versions('ca'), requests: ['GET /certificates/ca/versions'] },
  { text: 'current', call: ({ keyVault }) => keyVault.current('ca'), requests: ['GET /certificates/ca/'] },
  {
    text: 'current of an unknown name',
    call: ({ keyVault }) => keyVault.current('unknown'),
    requests: ['GET /certificates/unknown/'],
  },
  {
    text: 'certificate',
    call: ({ keyVault }, { version }) => keyVault.certificate('ca', version),
    requests: ['GET /certificates/ca/VERSION'],
  },
  {
    text: 'pendingRequest with none',
    call: ({ keyVault }) => keyVault.pendingRequest('ca'),
    requests: ['GET /certificates/ca/pending'],
  },
  {
    text: 'pendingRequest in progress',
    given: ({ keyVault }) => keyVault.createRequest('ca', newRequest()),
    call: ({ keyVault }) => keyVault.pendingRequest('ca'),
    requests: ['GET /certificates/ca/pending'],
  },
  {
    // The SDK's poller reads the certificate of an operation that is over, which nobody asked it for.
    text: 'pendingRequest of one that is over',
    given: async ({ keyVault, vault }) => {
      await keyVault.createRequest('ca', newRequest());
      await cancelRequest(vault, 'ca');
    },
    call: ({ keyVault }) => keyVault.pendingRequest('ca'),
    requests: ['GET /certificates/ca/pending', 'GET /certificates/ca/'],
  },
  {
    // The read is the SDK's own, which does not show the CSR.
    text: 'createRequest',
    call: ({ keyVault }) => keyVault.createRequest('ca', newRequest()),
    requests: ['POST /certificates/ca/create', 'GET /certificates/ca/pending'],
  },
  {
    text: 'deleteRequest',
    call: ({ keyVault }) => keyVault.deleteRequest('ca'),
    requests: ['DELETE /certificates/ca/pending'],
  },
];

const MERGE_ROWS = [
  {
    text: 'merge with the tags of the request',
    tags: { dps: '*' },
    requests: ['POST /certificates/new/pending/merge'],
  },
  {
    text: 'merge with other tags',
    tags: { dps: 'dps-1' },
    requests: ['POST /certificates/new/pending/merge', 'PATCH /certificates/new/VERSION'],
  },
];

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await startEmulatedAzure(20);
});
afterAll(() => azure.close());

describe('requests to a vault', () => {
  it.each(VAULT_ROWS)('$text', async ({ given, call, requests }) => {
    const cold = azure.coldWorld();
    const ca = await plantCa(cold.vault, { name: 'ca' });
    await given?.(cold, ca);
    const before = cold.requests().length;
    await call(cold, ca);
    expect(pathsOf(cold).slice(before)).toStrictEqual(requests);
  });

  it.each(MERGE_ROWS)('$text', async ({ tags, requests }) => {
    const cold = azure.coldWorld();
    const request = await requested(cold.keyVault, 'new', newRequest({ tags: { dps: '*' } }));
    const certificate = await certificateFor(request);
    const before = cold.requests().length;
    await cold.keyVault.merge('new', certificate, tags);
    expect(pathsOf(cold).slice(before)).toStrictEqual(requests);
  });

  it('a signature is one, the first by a key too: the key itself is never read', async () => {
    const { keyVault, vault, ...rest } = azure.coldWorld();
    for (const name of ['one', 'two']) {
      const { version } = await plantCa(vault, { name });
      const keyId = `${keyVault.url}/keys/${name}/${version}`;
      await keyVault.sign(keyId, 'ES256', DIGEST);
      await keyVault.sign(keyId, 'ES256', DIGEST);
    }
    const [one, two] = ['POST /keys/one/VERSION/sign', 'POST /keys/two/VERSION/sign'];
    expect(pathsOf(rest)).toStrictEqual([one, one, two, two]);
  });
});

describe('what ten renewals want at the same time', () => {
  it.each([
    ['the list of a vault', ({ keyVault }: ContractWorld) => keyVault.list()],
    ['the entries of a DPS', ({ service }: ContractWorld) => service.entries()],
    ['the groups of a DPS', ({ enrollments }: ContractWorld) => allOf(enrollments.enrollments('group'))],
  ])('is asked for twice, once for the first and once for all others: %s', async (_, ask) => {
    const cold = azure.coldWorld();
    await ask(cold);
    const before = cold.requests().length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(cold)));
    expect(cold.requests().length - before).toBe(2);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe('requests to the resource manager', () => {
  it('every call is one', async () => {
    const { service, vault, ...rest } = azure.coldWorld();
    const { certificate } = await plantCa(vault);
    await service.state();
    await service.entries();
    const { etag, name } = await service.upload('new', certificate);
    const entry = { name, etag, thumbprint: '', isVerified: false, notAfter: undefined, updated: undefined };
    const code = await service.generateVerificationCode(entry);
    await service.verify(name, code.etag, certificate).catch(() => undefined);
    expect(pathsOf(rest)).toStrictEqual([
      'GET ',
      'GET /certificates',
      'PUT /certificates/new',
      'POST /certificates/new/generateVerificationCode',
      'POST /certificates/new/verify',
    ]);
  });
});

/** Method and path; the path of a DPS without its resource id, versions by that word. */
function pathsOf({ requests }: Pick<ContractWorld, 'requests'>): readonly string[] {
  return requests().map(
    ({ method, path }) =>
      `${method} ${path.replace(/^\/subscriptions\/.*\/provisioningServices\/[^/]+/, '').replace(/\/[0-9a-f]{32}(?=\/|$)/, '/VERSION')}`,
  );
}
