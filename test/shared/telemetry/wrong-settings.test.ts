import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startRunningApp } from '../../support/running-app.ts';

// Settings that say who is told, and that mean nothing: whoever mistypes one of them must not lose a renewal by it.

const WRONG = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=s3cr3t',
  NOTIFICATION_WEBHOOK_URL: 'http://hooks.example/s3cr3t',
  NOTIFICATION_FORMAT: 'xml',
};

describe('a CA that is due, where the settings that say who is told are wrong', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startRunningApp({ settings: WRONG });
  });
  afterAll(async () => {
    await app?.close();
  });

  it('is renewed, with one warning for all of it in the scan and one in the renewal', async () => {
    const { renewing } = await app.scan();
    expect(renewing).toHaveLength(1);
    await app.queueEmpty();
    await app.log.until('the end of the renewal', () => app.events('renewal_settled')[0]);
    const [settled] = app.events('renewal_settled');
    expect(settled?.steps).toEqual(expect.arrayContaining(['request', 'issue', 'upload', 'prove']));
    expect(app.events('possession_proven')).not.toEqual([]);
    expect((await app.scan()).renewing).toEqual([]);

    const invalid = app.log.records.filter(({ message }) => message.startsWith('{"event":"settings_invalid"'));
    expect(new Set(invalid.map(({ invocationId }) => invocationId)).size).toBe(invalid.length);
    // Two scans and one renewal.
    expect(app.events('settings_invalid')).toEqual(
      Array.from({ length: 3 }, () => ({
        event: 'settings_invalid',
        faults: [
          expect.stringMatching(/^APPLICATIONINSIGHTS_CONNECTION_STRING: .*InstrumentationKey that is a GUID/),
          expect.stringMatching(/^NOTIFICATION_WEBHOOK_URL: .*nobody is notified$/),
          expect.stringMatching(/^NOTIFICATION_FORMAT: .*json is sent$/),
        ],
      })),
    );
    expect(app.log.records.filter(({ message }) => message.includes('s3cr3t'))).toEqual([]);
    expect(app.leaks()).toEqual([]);
  });
});
