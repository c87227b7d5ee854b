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
  const plantA = { ca: 'plant-a-ca', vault: VAULT };
  const force = 'AB'.repeat(20);
  it.each<[unknown, object, string]>([
    [{ vaultUrl: VAULT, name: 'plant-a-ca' }, plantA, 'the next scan tries again.'],
    [{ vaultUrl: VAULT, name: 'plant-a-ca', force }, plantA, `to replace ${force} now, which no scan does: ask again.`],
    ['no CA at all', {}, 'The message names no CA, so nothing comes of it any more.'],
  ])('names the CA of %j if there is one, and says what becomes of it', (message, facts, next) => {
    const { event, message: text, ...rest } = abandoned(message) as unknown as Record<string, unknown>;
    expect(event).toBe('renewal_abandoned');
    expect(text).toMatch(
      /^The renewal failed as often as the queue allows, or its process ended in the middle of it; /,
    );
    expect(text).toContain(next);
    expect(rest).toEqual(facts);
  });
});
