import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../local/emulator/control/faults.ts';
import { Conflict } from '../../../shared/errors.ts';
import { certificateFor, newRequest, plantCa, requested } from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { type EmulatedAzure, startEmulatedAzure } from '../../support/emulated-azure.ts';

// What becomes of a call whose answer fails or is lost: the SDK repeats it, but never a createRequest.

const DIGEST = createHash('sha256').update('to be signed').digest();

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await startEmulatedAzure(40);
});
afterEach(() => azure.emulator.clearFaults());
afterAll(() => azure.close());

/** Whatever the first request that matches meets. */
const once = (service: Fault['service'], method: string, effect: Fault['effect'], path = '') =>
  azure.emulator.setFaults([{ service, method, path, effect }]);

describe('createRequest is sent once', () => {
  it.each([
    { text: 'it was performed and its answer lost', effect: { drop: 'after' }, pending: true },
    { text: 'the connection broke before it', effect: { drop: 'before' }, pending: false },
    { text: 'the vault was throttling', effect: { status: 429, retryAfter: 0 }, pending: false },
    { text: 'the vault was unavailable', effect: { status: 503, retryAfter: 0 }, pending: false },
  ] as const)('when $text; the next look shows what became of it', async ({ effect, pending }) => {
    const { keyVault, requests } = azure.coldWorld();
    once('keyVault', 'POST', effect, '/create$');
    const failed = keyVault.createRequest('ca', newRequest());
    await expect(failed).rejects.toThrow(`Cannot request a new version of 'ca' in ${keyVault.url}`);
    // A Conflict would say that somebody else has asked already.
    await expect(failed).rejects.not.toBeInstanceOf(Conflict);
    expect(requests().map(({ method, path }) => `${method} ${path}`)).toStrictEqual(['POST /certificates/ca/create']);
    const seen = await keyVault.pendingRequest('ca');
    expect(seen !== undefined).toBe(pending);
  });
});

const READS: Record<string, (world: ContractWorld, version: string) => Promise<unknown>> = {
  list: ({ keyVault }) => keyVault.list(),
  versions: ({ keyVault }) => keyVault.versions('ca'),
  current: ({ keyVault }) => keyVault.current('ca'),
  certificate: ({ keyVault }, version) => keyVault.certificate('ca', version),
  pendingRequest: ({ keyVault }) => keyVault.pendingRequest('ca'),
  state: ({ service }) => service.state(),
  entries: ({ service }) => service.entries(),
};

describe.each([429, 503])('a read that is answered %i once', (status) => {
  it.each(Object.entries(READS))('is repeated: %s', async (_name, read) => {
    const world = azure.coldWorld();
    const { version } = await plantCa(world.vault, { name: 'ca' });
    azure.emulator.setFaults(
      (['keyVault', 'resourceManager'] as const).map((service) => ({ service, effect: { status, retryAfter: 0 } })),
    );
    const answer = await read(world, version);
    expect(world.requests().map((request) => request.status)).toStrictEqual([status, answer === undefined ? 404 : 200]);
  });
});

describe('a write that was performed and whose answer was lost', () => {
  it('upload: Conflict, and the entry is there', async () => {
    const { service, vault } = azure.coldWorld();
    const { certificate } = await plantCa(vault);
    once('resourceManager', 'PUT', { drop: 'after' });
    await expect(service.upload('new', certificate)).rejects.toBeInstanceOf(Conflict);
    expect((await service.entries()).map(({ name }) => name)).toStrictEqual(['new']);
  });

  it('generateVerificationCode: Conflict, for the code that was made is not known', async () => {
    const { service, vault } = azure.coldWorld();
    const { certificate } = await plantCa(vault);
    const entry = await service.upload('new', certificate);
    once('resourceManager', 'POST', { drop: 'after' });
    await expect(service.generateVerificationCode(entry)).rejects.toBeInstanceOf(Conflict);
  });

  it('merge: Conflict, and the version is there', async () => {
    const { keyVault } = azure.coldWorld();
    const certificate = await certificateFor(await requested(keyVault, 'ca'));
    once('keyVault', 'POST', { drop: 'after' }, '/merge$');
    await expect(keyVault.merge('ca', certificate, {})).rejects.toBeInstanceOf(Conflict);
    expect(await keyVault.versions('ca')).toHaveLength(1);
  });

  it('deleteRequest: succeeds', async () => {
    const { keyVault } = azure.coldWorld();
    await keyVault.createRequest('ca', newRequest());
    once('keyVault', 'DELETE', { drop: 'after' });
    await keyVault.deleteRequest('ca');
    expect(await keyVault.pendingRequest('ca')).toBeUndefined();
  });

  it('sign: succeeds', async () => {
    const { keyVault, vault, requests } = azure.coldWorld();
    const { name, version } = await plantCa(vault);
    once('keyVault', 'POST', { drop: 'after' }, '/sign$');
    expect(await keyVault.sign(`${keyVault.url}/keys/${name}/${version}`, 'ES256', DIGEST)).toHaveLength(64);
    expect(requests().map(({ status }) => status)).toStrictEqual([0, 200]);
  });
});
