import { describe, expect, it } from 'vitest';
import { abandoned } from '../../../shared/operations/abandon.ts';
import { renewMessage } from '../../../shared/operations/renew-message.ts';
import { fleet, renewalOutcome, renewedOnce } from '../../support/fleet.ts';
import { isWrite } from '../../support/is-write.ts';
import { createScene } from '../../support/scene.ts';

const VAULT = 'https://kv-fleet.vault.azure.net';

describe('renewMessage', () => {
  it.each([
    [{ vaultUrl: VAULT, name: 'plant-a-ca' }],
    [{ vaultUrl: `${VAULT}/`, name: 'plant-a-ca', sentBy: 'an operator' }],
  ])('renews the CA that %j names', async (message) => {
    const scene = await createScene(fleet());
    await renewMessage(scene.app, message, 'r1');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
  });

  it.each<[unknown, string, string?]>([
    [{ vaultUrl: VAULT, name: 'nobody' }, 'unknown-ca'],
    [{ vaultUrl: VAULT, name: 'PLANT-A' }, 'unknown-ca'],
    [{ vaultUrl: 'https://kv-evil.vault.azure.net', name: 'plant-a-ca' }, 'vault-not-configured'],
    [{ vaultUrl: 'https://kv-root.vault.azure.net', name: 'fleet-root' }, 'unmanaged'],
    [{ vaultUrl: VAULT, name: '../secrets/plant-a-ca' }, 'malformed-message'],
    [{ vaultUrl: VAULT, name: '' }, 'malformed-message'],
    [{ vaultUrl: VAULT }, 'malformed-message'],
    [{ name: 'plant-a-ca' }, 'malformed-message'],
    [{}, 'malformed-message'],
    [[], 'malformed-message'],
    [42, 'malformed-message'],
    ['', 'malformed-message'],
    ['not JSON', 'malformed-message'],
    [null, 'malformed-message'],
    [undefined, 'malformed-message'],
    [true, 'malformed-message'],
  ])('refuses %j once, with the reason %s, and changes nothing', async (message, reason) => {
    const scene = await createScene(fleet());
    await renewMessage(scene.app, message, 'r1');
    expect(scene.events).toMatchObject([{ event: 'renewal_refused', renewalId: 'r1', reason }]);
    expect(scene.calls.filter(isWrite)).toEqual([]);
  });
});

describe('abandoned', () => {
  it.each([
    [
      { vaultUrl: VAULT, name: 'plant-a-ca' },
      { ca: 'plant-a-ca', vault: VAULT },
    ],
    ['no CA at all', {}],
  ])('names the CA of %j if there is one', (message, facts) => {
    const { event, message: text, ...rest } = abandoned(message) as unknown as Record<string, unknown>;
    expect(event).toBe('renewal_abandoned');
    expect(text).toContain('the next scan tries again');
    expect(rest).toEqual(facts);
  });
});
