import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

let app: RunningApp;
const executed = (name: string) =>
  app.log.records.filter(({ message }) => message.startsWith(`Executed ${name}, `)).map(({ message }) => message);
const plantA = () => ({ vaultUrl: app.emulator.description.keyVaults[1]?.url, name: 'plant-a-ca' });

describe('settings that nothing can run with', () => {
  const faults = [
    'KEY_VAULT_URLS is missing',
    expect.stringMatching(/^DPS_RESOURCE_IDS: 'dps-fleet' is not the resource id of a DPS \(.+\)$/),
  ];
  beforeAll(async () => {
    app = await startRunningApp({ settings: { KEY_VAULT_URLS: '', DPS_RESOURCE_IDS: 'dps-fleet' } });
  });
  afterAll(() => app?.close());

  it('keep none of the functions from loading', () => {
    expect(app.host().functions).toEqual([
      { name: 'scan', trigger: 'timerTrigger', schedule: '0 0 0 1 1 *' },
      { name: 'renew', trigger: 'queueTrigger', queue: 'renewals' },
      { name: 'renew-now', trigger: 'httpTrigger', url: expect.stringContaining('/api/renew?code=') },
      { name: 'abandon', trigger: 'queueTrigger', queue: 'renewals-poison' },
      { name: 'allocate', trigger: 'httpTrigger', url: expect.stringContaining('/api/allocate?code=') },
      { name: 'attest', trigger: 'queueTrigger', queue: 'attestations' },
      { name: 'abandon-attestation', trigger: 'queueTrigger', queue: 'attestations-poison' },
      { name: 'status', trigger: 'httpTrigger', url: expect.stringContaining('/api/status?code=') },
    ]);
  });

  it('are named all at once by the scan, which fails', async () => {
    await app.host().trigger('scan');
    await app.log.line('Executed scan, ');
    expect(app.events('settings_invalid')).toEqual([{ event: 'settings_invalid', faults }]);
    expect(executed('scan')).toEqual([
      expect.stringMatching(/^Executed scan, failed, .*KEY_VAULT_URLS is missing; DPS_/),
    ]);
    expect(app.events('scan_completed')).toEqual([]);
  });

  it('fail a message until it is abandoned, and say which CA was', async () => {
    const { vaultUrl, name } = plantA();
    await app.send({ vaultUrl, name });
    await app.log.line('Executed abandon, ');
    expect(executed('renew')).toEqual(
      Array.from({ length: 5 }, () => expect.stringMatching(/^Executed renew, failed, /)),
    );
    expect(app.events('renewal_abandoned')).toEqual([
      {
        event: 'renewal_abandoned',
        ca: name,
        vault: vaultUrl,
        message: expect.stringContaining('the next scan tries again'),
      },
    ]);
    expect(executed('abandon')).toEqual([expect.stringMatching(/^Executed abandon, succeeded, /)]);
    // One for the scan before, one for each of the five attempts.
    expect(app.events('settings_invalid')).toEqual(
      Array.from({ length: 6 }, () => ({ event: 'settings_invalid', faults })),
    );
    await app.queueEmpty();
  });

  it('lead to no request at all', () => {
    expect(app.emulator.requests()).toEqual([]);
  });

  it('come out as warnings, and with no key', () => {
    const records = app.log.records.filter(({ message }) => message.startsWith('{'));
    expect(records.map(({ level }) => level)).toEqual(records.map(() => 'warning'));
    expect(app.leaks()).toEqual([]);
  });
});

describe('a malformed SCAN_SCHEDULE', () => {
  beforeAll(async () => {
    app = await startRunningApp({ settings: { SCAN_SCHEDULE: 'every hour' } });
  });
  afterAll(() => app?.close());

  it('leaves the scan in place, hourly', () => {
    expect(app.host().functions).toContainEqual({ name: 'scan', trigger: 'timerTrigger', schedule: '0 0 * * * *' });
  });

  it('is reported by the scan, which does its work all the same', async () => {
    expect(await app.scan()).toMatchObject({ managed: 2, renewing: [{ ca: 'plant-a-ca' }], failures: [] });
    expect(app.events('settings_invalid')[0]).toEqual({
      event: 'settings_invalid',
      faults: [expect.stringMatching(/^SCAN_SCHEDULE: .*every hour.*; scanning hourly instead/)],
    });
    await app.log.until('the renewal', () => app.events('renewal_settled')[0]);
    expect(app.events('possession_proven')).toHaveLength(1);
    expect(app.leaks()).toEqual([]);
  });
});
