import { describe, expect, it } from 'vitest';
import { reportSettings } from '../../shared/settings.ts';

const KEY = '0d6a3ae5-7ba4-4d2c-9f53-6a4d0b3f4c11';
const ENDPOINT = 'IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/';
const WEBHOOK = 'https://hooks.example/services/s3cr3t';

describe('reportSettings', () => {
  it('tells nobody where nothing is set', () => {
    const nothing = { applicationInsights: undefined, notifications: undefined, site: undefined, faults: [] };
    expect(reportSettings({})).toEqual(nothing);
    expect(reportSettings({ NOTIFICATION_WEBHOOK_URL: ' ', NOTIFICATION_FORMAT: 'slack' })).toEqual(nothing);
  });

  it('reads all of it, and what the platform says', () => {
    const settings = reportSettings({
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${KEY};${ENDPOINT}`,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `ClientId=id-1;Authorization=AAD`,
      NOTIFICATION_WEBHOOK_URL: WEBHOOK,
      NOTIFICATION_FORMAT: 'Teams',
      NOTIFICATION_EVENTS: 'renewal_refused, certificate_trusted,',
      WEBSITE_HOSTNAME: 'func.azurewebsites.net',
      WEBSITE_SITE_NAME: 'func',
    });
    expect(settings).toEqual({
      applicationInsights: {
        connectionString: `InstrumentationKey=${KEY};${ENDPOINT}`,
        identity: { clientId: 'id-1' },
      },
      notifications: {
        url: WEBHOOK,
        format: 'teams',
        events: new Set(['renewal_refused', 'certificate_trusted']),
        statusPage: 'https://func.azurewebsites.net/api/status',
      },
      site: 'func',
      faults: [],
    });
  });

  it.each([
    ['a semicolon at its end', `InstrumentationKey=${KEY};${ENDPOINT};`],
    ['upper case and spaces', ` instrumentationkey = ${KEY.toUpperCase()} ; ${ENDPOINT} `],
  ])('puts a connection string into the form that the SDK takes: %s', (_, text) => {
    const { applicationInsights, faults } = reportSettings({ APPLICATIONINSIGHTS_CONNECTION_STRING: text });
    expect(applicationInsights?.connectionString).toBe(`InstrumentationKey=${KEY};${ENDPOINT}`);
    expect(faults).toEqual([]);
  });

  it.each([
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', KEY, 'is not a list of NAME=VALUE; events are in the log alone'],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', ENDPOINT, 'has no InstrumentationKey that is a GUID'],
    [
      'APPLICATIONINSIGHTS_CONNECTION_STRING',
      `InstrumentationKey=${KEY};IngestionEndpoint=http://x`,
      'not an https URL',
    ],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', `InstrumentationKey=${KEY};a=b=c`, 'is not a list of NAME=VALUE'],
    ['APPLICATIONINSIGHTS_AUTHENTICATION_STRING', 'ClientId=id-1', 'telemetry is sent without a token'],
    ['NOTIFICATION_WEBHOOK_URL', WEBHOOK.replace('https', 'http'), 'is not an https URL; nobody is notified'],
    ['NOTIFICATION_FORMAT', 'xml', "'xml' is not json or slack or teams; json is sent"],
    ['NOTIFICATION_EVENTS', 'renewal_refused,renewal_failed', "'renewal_failed': not events that are notified of"],
    ['NOTIFICATION_EVENTS', 'allocation_denied', "'allocation_denied': not events that are notified of"],
    ['NOTIFICATION_EVENTS', ',', 'names nothing'],
  ])('of %s=%s says what is wrong, without what may be a secret', (name, value, fault) => {
    const { faults } = reportSettings({ NOTIFICATION_WEBHOOK_URL: WEBHOOK, [name]: value });
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect(faults[0]).toMatch(new RegExp(`^${name}: `));
    expect(faults[0]).not.toMatch(/s3cr3t|0d6a3ae5/);
  });
});
