import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../local/emulator/control/faults.ts';
import { managedIdentity } from '../../../shared/azure/credential.ts';
import { Conflict, Refused } from '../../../shared/errors.ts';
import { newRequest, plantCa, selfSigned, softDelete } from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { type EmulatedAzure, startEmulatedAzure } from '../../support/emulated-azure.ts';
import { newKey } from '../../support/key-vault-builders.ts';

const DIGEST = createHash('sha256').update('to be signed').digest();

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await startEmulatedAzure(2 * ROWS.length);
});
afterEach(() => azure.emulator.clearFaults());
afterAll(() => azure.close());

interface Row {
  readonly text: string;
  readonly effect?: Fault['effect'];
  readonly call: (world: ContractWorld) => Promise<unknown>;
  /** What the message begins with, after "Cannot"; VAULT and DPS stand for the names of the two. */
  readonly says: string;
  readonly reason?: string;
  readonly conflict?: true;
}

const ROWS: readonly Row[] = [
  {
    text: 'a forbidden list',
    effect: { status: 403 },
    call: ({ keyVault }) => keyVault.list(),
    says: 'list the certificates in VAULT: 403 ',
    reason: 'forbidden',
  },
  {
    text: 'a forbidden request',
    effect: { status: 403 },
    call: ({ keyVault }) => keyVault.createRequest('ca', newRequest()),
    says: "request a new version of 'ca' in VAULT: 403 ",
    reason: 'forbidden',
  },
  {
    text: 'a request for a deleted name',
    call: async ({ keyVault, vault }) => {
      await plantCa(vault, { name: 'ca' });
      await softDelete(vault, 'ca');
      return keyVault.createRequest('ca', newRequest());
    },
    says: "request a version of 'ca' in VAULT: the name is soft-deleted; recover it, or purge it",
    reason: 'name-deleted',
  },
  {
    text: 'a request whose connection broke',
    effect: { drop: 'before' },
    call: ({ keyVault }) => keyVault.createRequest('ca', newRequest()),
    says: "request a new version of 'ca' in VAULT: ",
  },
  {
    text: 'a rejected token',
    effect: { status: 401 },
    call: ({ keyVault }) => keyVault.current('ca'),
    says: "read 'ca' in VAULT: 401 ",
  },
  {
    text: 'a merge with nothing pending',
    call: async ({ keyVault }) => keyVault.merge('ca', await selfSigned(newKey()), {}),
    says: "merge the certificate of 'ca' in VAULT: 404 Pending certificate not found: ca",
    conflict: true,
  },
  {
    text: 'a signature by a disabled key',
    call: async ({ keyVault, vault }) => {
      const { version } = await plantCa(vault, { name: 'ca', enabled: false });
      return keyVault.sign(`${keyVault.url}/keys/ca/${version}`, 'ES256', DIGEST);
    },
    says: 'sign with VAULT/keys/ca/',
    reason: 'forbidden',
  },
  {
    text: 'a forbidden read of a DPS',
    effect: { status: 403 },
    call: ({ service }) => service.state(),
    says: 'read the state of DPS: 403 ',
    reason: 'forbidden',
  },
  {
    text: 'a rejected upload',
    effect: { status: 400 },
    call: async ({ service }) => service.upload('new', await selfSigned(newKey())),
    says: "upload certificate 'new' of DPS: 400 ",
  },
  {
    text: 'an upload to a DPS that takes no changes',
    call: async ({ service, dps }) => {
      dps.state = 'Suspended';
      return service.upload('new', await selfSigned(newKey()));
    },
    says: "upload certificate 'new' of DPS: 409 ",
    conflict: true,
  },
  {
    text: 'a rejected proof',
    call: async ({ service }) => {
      const certificate = await selfSigned(newKey());
      const entry = await service.upload('new', certificate);
      const { etag } = await service.generateVerificationCode(entry);
      return service.verify('new', etag, certificate);
    },
    says: "verify certificate 'new' of DPS: its proof of possession was rejected: Proof-Of-Possession failed",
    reason: 'possession-disproved',
  },
];

describe('an error of an adapter', () => {
  it.each(ROWS)('says what could not be done, to which thing, and keeps the cause: $text', async (row) => {
    const world = azure.coldWorld();
    const error = await errorOf(world, row);
    const says = row.says.replace('VAULT', world.keyVault.url).replace('DPS', world.service.name);
    expect(error.message.slice(0, `Cannot ${says}`.length)).toBe(`Cannot ${says}`);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error instanceof Refused ? error.reason : undefined).toBe(row.reason);
    expect(error instanceof Conflict).toBe(row.conflict ?? false);
  });

  it.each(ROWS)('holds no token: $text', async (row) => {
    const error = await errorOf(azure.coldWorld(), row);
    const shown = inspect(error, { depth: Infinity }) + JSON.stringify([error, error.cause]);
    for (const audience of ['https://vault.azure.net', azure.emulator.description.resourceManager]) {
      const { token } = (await managedIdentity(undefined).getToken(`${audience}/.default`)) ?? { token: 'none' };
      expect(token.slice(0, 3)).toBe('eyJ');
      expect(shown).not.toContain(token);
    }
    // The head of every JWT, also of one that was cut short.
    expect(shown).not.toContain('eyJ');
  });
});

async function errorOf(world: ContractWorld, { effect, call }: Row): Promise<Error> {
  if (effect) {
    azure.emulator.setFaults([
      { service: 'keyVault', effect },
      { service: 'resourceManager', effect },
    ]);
  }
  const outcome = await call(world).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error(`the call was expected to fail with an Error, but gave ${inspect(outcome)}`);
}
