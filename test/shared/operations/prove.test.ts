import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { withService } from '../../support/changed-ports.ts';
import { fleet } from '../../support/fleet.ts';
import { createScene } from '../../support/scene.ts';

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };

describe('a proof that DPS takes without a word, and leaves the entry unverified', () => {
  it('ends in an error that names the entry, after one attempt', async () => {
    const scene = await createScene(fleet());
    let proofs = 0;
    const app = withService(scene, 'dps-1', (service) => ({
      verify: async (name, etag, proof) => {
        proofs += 1;
        // Lest a renewal that never gives up keep the test from its end.
        if (proofs > 20) throw new Error('asked more than twenty times');
        return { ...(await service.verify(name, etag, proof)), isVerified: false };
      },
    }));
    await expect(renew(app, CA, 'r1')).rejects.toThrow(/dps-1 left 'plant-a-ca-[0-9A-F]{40}' unverified/);
    expect(proofs).toBe(1);
    expect(scene.events.map(({ event }) => event)).not.toContain('possession_proven');
  });
});
