import { afterEach, expect, it, vi } from 'vitest';
import { compose } from '../../../shared/compose.ts';

const DPS = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Devices/provisioningServices/dps-1';

afterEach(() => vi.unstubAllEnvs());

it('a renewal goes on where the settings that say who is told are wrong, with one warning for all of it', async () => {
  vi.stubEnv('KEY_VAULT_URLS', 'https://kv-1.vault.azure.net');
  vi.stubEnv('DPS_RESOURCE_IDS', DPS);
  vi.stubEnv('MODE', 'enforce');
  vi.stubEnv('APPLICATIONINSIGHTS_CONNECTION_STRING', 'InstrumentationKey=s3cr3t');
  vi.stubEnv('NOTIFICATION_WEBHOOK_URL', 'http://hooks.example/s3cr3t');
  vi.stubEnv('NOTIFICATION_FORMAT', 'xml');
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  // A message of the wrong form is refused before anything in Azure is called.
  await compose({ log: keep, warn: keep }).renew('nonsense', 'r1');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      event: 'settings_invalid',
      faults: [
        expect.stringMatching(/^APPLICATIONINSIGHTS_CONNECTION_STRING: .*InstrumentationKey that is a GUID/),
        expect.stringMatching(/^NOTIFICATION_WEBHOOK_URL: .*nobody is notified$/),
        expect.stringMatching(/^NOTIFICATION_FORMAT: .*json is sent$/),
      ],
    },
    expect.objectContaining({ event: 'renewal_refused', reason: 'malformed-message' }),
  ]);
  expect(lines.join()).not.toContain('s3cr3t');
});
