import { beforeEach, describe } from 'vitest';
import type { ContractWorld } from '../../support/contract-world.ts';
import { vaultMergeContract } from './vault-merge.contract.ts';
import { vaultReadingContract } from './vault-reading.contract.ts';
import { vaultRequestContract } from './vault-request.contract.ts';
import { vaultSeedContract } from './vault-seed.contract.ts';
import { vaultSignatureContract } from './vault-signature.contract.ts';

/** What `KeyVault` promises, for any implementation. `setUp` is called for each test and gives a vault of its own. */
export function keyVaultContract(describeName: string, setUp: () => Promise<ContractWorld>): void {
  describe(`${describeName} keeps the contract of KeyVault`, () => {
    let world: ContractWorld;
    beforeEach(async () => {
      world = await setUp();
    });

    vaultReadingContract(() => world);
    vaultRequestContract(() => world);
    vaultMergeContract(() => world);
    vaultSeedContract(() => world);
    vaultSignatureContract(() => world);
  });
}
