import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../local/emulator/control/faults.ts';
import { Refused } from '../../../shared/errors.ts';
import { newRequest, plantCa, selfSigned } from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { type EmulatedAzure, startEmulatedAzure } from '../../support/emulated-azure.ts';
import { newKey } from '../../support/key-vault-builders.ts';

// A token that is good until a service will not take it any more, in the middle of a run.

type Service = Fault['service'];
type Call = (world: ContractWorld) => Promise<unknown>;

const DIGEST = createHash('sha256').update('to be signed').digest();

const CALLS: readonly (readonly [string, Service, Call])[] = [
  ['a read of a vault', 'keyVault', ({ keyVault }) => keyVault.current('ca')],
  ['a request of a vault', 'keyVault', ({ keyVault }) => keyVault.createRequest('other', newRequest())],
  [
    'a signature of a vault',
    'keyVault',
    async ({ keyVault }) => {
      const [version] = await keyVault.versions('ca');
      return keyVault.sign(`${keyVault.url}/keys/ca/${version?.version}`, 'ES256', DIGEST);
    },
  ],
  ['a read of the resource manager', 'resourceManager', ({ service }) => service.entries()],
  ['an upload', 'resourceManager', async ({ service }) => service.upload('new', await selfSigned(newKey()))],
  ['a read of the service API', 'enrollments', ({ enrollments }) => enrollments.enrollment('group', 'none')],
];

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await startEmulatedAzure(2 * CALLS.length);
});
afterEach(() => azure.emulator.clearFaults());
afterAll(() => azure.close());

/**
 * Whose clients have their tokens, and have made a call with them. One of a vault that has not begins with a challenge,
 * and a 401 right after that fails its call: then the queue brings the message again.
 */
async function warmWorld(): Promise<ContractWorld> {
  const world = azure.coldWorld();
  await plantCa(world.vault, { name: 'ca' });
  await world.keyVault.list();
  await world.keyVault.createRequest('first', newRequest());
  const [version] = await world.keyVault.versions('ca');
  await world.keyVault.sign(`${world.keyVault.url}/keys/ca/${version?.version}`, 'ES256', DIGEST);
  await world.service.state();
  await world.enrollments.enrollment('group', 'none');
  return world;
}

describe('a token that is not accepted in the middle', () => {
  it.each(CALLS)('is no trouble once: %s', async (_, service, call) => {
    const world = await warmWorld();
    azure.emulator.setFaults([{ service, effect: { expireToken: true } }]);
    await expect(call(world)).resolves.not.toThrow();
    const refused = azure.emulator.requests().filter(({ status }) => status === 401);
    expect(refused.length).toBeGreaterThan(0);
  });

  it.each(CALLS)('fails the call where it is not accepted again: %s', async (_, service, call) => {
    const world = await warmWorld();
    azure.emulator.setFaults([{ service, effect: { expireToken: true }, times: 1000 }]);
    const error: unknown = await call(world).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain('401');
    // Only a DPS answers so whoever lacks the role; elsewhere the queue brings the message again.
    expect(error instanceof Refused).toBe(service === 'enrollments');
  });
});
