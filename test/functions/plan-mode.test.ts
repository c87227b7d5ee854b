import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endState } from '../support/end-state.ts';
import { isWrite } from '../support/is-write.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

describe('MODE=plan', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startRunningApp({ settings: { MODE: 'plan' } });
  });
  afterAll(() => app?.close());

  it('scans and names the CA that is due, but puts nothing on the queue', async () => {
    const before = endState(app.emulator);
    expect(await app.scan()).toMatchObject({
      managed: 2,
      renewing: [{ ca: 'plant-a-ca' }],
      mode: 'plan',
      failures: [],
    });
    await app.queueEmpty();
    expect(app.log.records.filter(({ message }) => message.startsWith('Executing renew'))).toEqual([]);
    expect(endState(app.emulator)).toEqual(before);
  });

  it('takes no step for a message that came from elsewhere, and says that it was due', async () => {
    const before = endState(app.emulator);
    const { keyVaults, provisioningServices } = app.emulator.description;
    const vaultUrl = keyVaults.find(({ name }) => name === 'kv-fleet')?.url;
    const renewalId = await app.send({ vaultUrl, name: 'plant-a-ca' });
    await app.log.until('the end of the renewal', () => app.eventsOf(renewalId)[0]);
    await app.queueEmpty();
    expect(app.eventsOf(renewalId)).toEqual([
      expect.objectContaining({
        event: 'renewal_settled',
        ca: 'plant-a-ca',
        steps: [],
        waits: [
          { lane: 'vault', reason: 'plan-mode' },
          { lane: provisioningServices[0]?.resourceId, reason: 'settled' },
        ],
      }),
    ]);
    expect(endState(app.emulator)).toEqual(before);
  });

  it('sends nothing but reads', () => {
    const requests = app.emulator.requests();
    expect(requests.map(({ service }) => service)).toEqual(expect.arrayContaining(['keyVault', 'resourceManager']));
    expect(requests.filter(isWrite)).toEqual([]);
  });

  it('gives no token and no key away in its log', () => {
    expect(app.leaks()).toEqual([]);
  });
});
