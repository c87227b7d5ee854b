import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../shared/lifecycle/duration.ts';
import {
  allocationRules,
  DEFAULT_SCHEDULE,
  readSettings,
  SettingsInvalid,
  scanSchedule,
  storageAccount,
} from '../../shared/settings.ts';

const DPS = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Devices/provisioningServices/dps-1';
const ST1 = {
  blobServiceUrl: 'https://st1.blob.core.windows.net',
  tableServiceUrl: 'https://st1.table.core.windows.net',
};
const GOOD = { KEY_VAULT_URLS: 'https://kv-1.vault.azure.net', DPS_RESOURCE_IDS: DPS };

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsInvalid) return error.faults;
    throw error;
  }
  return [];
}

describe('readSettings', () => {
  it('needs no more than vaults and provisioning services', () => {
    expect(readSettings(GOOD)).toEqual({
      keyVaultUrls: ['https://kv-1.vault.azure.net'],
      provisioningServices: [{ id: DPS, subscriptionId: 's1', resourceGroup: 'rg', name: 'dps-1' }],
      renewBefore: { kind: 'share', share: 0.2 },
      overlap: parseDuration('P30D'),
      retire: 'expired',
      allocationWebhookUrl: undefined,
      functionTimeoutMs: 600_000,
      mode: 'enforce',
      clientId: undefined,
      resourceManagerUrl: 'https://management.azure.com',
      storage: undefined,
      warnings: [],
    });
  });

  it.each([
    [{ AzureWebJobsStorage: 'UseDevelopmentStorage=true' }, { connectionString: 'UseDevelopmentStorage=true' }],
    [{ AzureWebJobsStorage__accountName: 'st1' }, { ...ST1, clientId: undefined }],
    [
      { AzureWebJobsStorage__blobServiceUri: 'https://st1.blob.core.windows.net', AZURE_CLIENT_ID: 'id-1' },
      { ...ST1, clientId: 'id-1' },
    ],
    [
      {
        AzureWebJobsStorage__blobServiceUri: 'https://st1.blob.core.windows.net',
        AzureWebJobsStorage__tableServiceUri: 'https://st1.table.example',
      },
      { ...ST1, tableServiceUrl: 'https://st1.table.example', clientId: undefined },
    ],
    [
      { AzureWebJobsStorage__accountName: 'st1', AzureWebJobsStorage__clientId: 'id-2', AZURE_CLIENT_ID: 'id-1' },
      { ...ST1, clientId: 'id-2' },
    ],
  ])('finds the storage account as the host does: %j', (environment, storage) => {
    expect(readSettings({ ...GOOD, ...environment }).storage).toEqual(storage);
  });

  it('reads lists with spaces, trailing commas, trailing slashes and repetitions', () => {
    const { keyVaultUrls, provisioningServices } = readSettings({
      KEY_VAULT_URLS: ' https://KV-1.vault.azure.net/ ,https://kv-1.vault.azure.net, https://kv-2.vault.azure.net,',
      DPS_RESOURCE_IDS: `${DPS},${DPS.toUpperCase().replace('MICROSOFT.DEVICES', 'Microsoft.Devices')}`,
    });
    expect(keyVaultUrls).toEqual(['https://kv-1.vault.azure.net', 'https://kv-2.vault.azure.net']);
    expect(provisioningServices).toHaveLength(1);
  });

  it('takes an empty setting for one that is not there, as a copied sample leaves it', () => {
    expect(readSettings({ ...GOOD, AZURE_CLIENT_ID: '', MODE: ' ', RENEW_BEFORE: '' }).mode).toBe('enforce');
  });

  it('reports all faults at once', () => {
    expect(faultsOf({ DPS_RESOURCE_IDS: 'dps-1', RENEW_BEFORE: 'soon', MODE: 'dry', SCAN_SCHEDULE: 'hourly' })).toEqual(
      [
        'KEY_VAULT_URLS is missing',
        expect.stringContaining("DPS_RESOURCE_IDS: 'dps-1' is not the resource id of a DPS"),
        expect.stringContaining("RENEW_BEFORE: 'soon' is neither a percentage"),
        "MODE: 'dry' is neither 'enforce' nor 'plan'",
        expect.stringContaining("SCAN_SCHEDULE: 'hourly' is not an NCRONTAB expression"),
      ],
    );
  });

  it.each([
    ['KEY_VAULT_URLS', 'http://kv-1.vault.azure.net', 'a token would travel in the clear'],
    ['KEY_VAULT_URLS', 'kv-1', 'a name instead of a URL'],
    ['KEY_VAULT_URLS', 'https://kv-1.vault.azure.net/certificates/x', 'a path'],
    ['KEY_VAULT_URLS', 'https://user:secret@kv-1.vault.azure.net', 'credentials'],
    ['KEY_VAULT_URLS', ',', 'names nothing'],
    ['DPS_RESOURCE_IDS', `${DPS}/certificates/x`, 'a child resource'],
    ['AZURE_RESOURCE_MANAGER_URL', 'management.azure.com', 'no URL'],
    ['RENEW_BEFORE', '150%', 'no percentage'],
    ['OVERLAP', '30', 'no unit'],
    ['OVERLAP', 'P0D', 'no overlap at all'],
    ['OVERLAP', '20%', 'a share, of nobody knows what'],
    ['RETIRE', 'always', 'none of the four'],
    ['ALLOCATION_WEBHOOK_URL', 'http://app.example/api/allocate', 'a key would travel in the clear'],
    ['ALLOCATION_WEBHOOK_URL', 'app.example/api/allocate', 'no URL'],
    ['AzureFunctionsJobHost__functionTimeout', '10m', 'not as host.json has it'],
    ['AzureFunctionsJobHost__functionTimeout', '00:00:00', 'no time at all'],
  ])('refuses %s=%s (%s)', (name, value) => {
    expect(faultsOf({ ...GOOD, [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: ('|a text of )`)),
    ]);
  });

  it.each([
    ['KEY_VAULT_URLS', 'https://me:hunter2@kv.vault.azure.net'],
    ['KEY_VAULT_URLS', 'https://me:hun/ter2@kv.vault.azure.net'],
    ['KEY_VAULT_URLS', 'https://kv.vault.azure.net/?sig=hunter2'],
    ['DPS_RESOURCE_IDS', 'HostName=dps.azure-devices-provisioning.net;SharedAccessKey=hunter2'],
    ['MODE', 'AccountKey=hunter2=='],
    ['ALLOCATION_WEBHOOK_URL', 'http://app.example/api/allocate?code=hunter2'],
    ['ALLOCATION_WEBHOOK_URL', 'hunter2'],
    ['RENEW_BEFORE', 'https://app.example/api/allocate?code=hunter2'],
    ['RETIRE', 'https://app.example/api/allocate?code=hunter2'],
    ['OVERLAP', 'https://app.example/api/allocate?code=hunter2'],
    ['AzureFunctionsJobHost__functionTimeout', 'AccountKey=hunter2=='],
  ])('does not repeat a secret that stands in the wrong place: %s=%s', (name, value) => {
    expect(faultsOf({ ...GOOD, [name]: value }).join()).not.toMatch(/hun.?ter2/);
  });

  it.each([
    [{ OVERLAP: 'P1Y6M' }, { overlap: parseDuration('P1Y6M') }],
    [{ OVERLAP: ' PT4S ' }, { overlap: parseDuration('PT4S') }],
    [{ RETIRE: 'Unused' }, { retire: 'unused' }],
    [{ RETIRE: '' }, { retire: 'expired' }],
    [
      { ALLOCATION_WEBHOOK_URL: ' https://app.example/api/allocate?code=k ' },
      { allocationWebhookUrl: 'https://app.example/api/allocate?code=k' },
    ],
    [{ ALLOCATION_WEBHOOK_URL: ' ' }, { allocationWebhookUrl: undefined }],
    [{ AzureFunctionsJobHost__functionTimeout: '01:02:03' }, { functionTimeoutMs: 3_723_000 }],
    [{ AzureFunctionsJobHost__functionTimeout: '1.00:00:00' }, { functionTimeoutMs: 86_400_000 }],
    [{ AzureFunctionsJobHost__functionTimeout: '-1' }, { functionTimeoutMs: Number.POSITIVE_INFINITY }],
  ])('reads %j', (environment, expected) => {
    expect(readSettings({ ...GOOD, ...environment })).toMatchObject(expected);
  });

  it('has the time that host.json gives to a function, where nothing else is set', () => {
    const { functionTimeout } = JSON.parse(readFileSync('host.json', 'utf8')) as { functionTimeout: string };
    expect(readSettings({ ...GOOD, AzureFunctionsJobHost__functionTimeout: functionTimeout })).toEqual(
      readSettings(GOOD),
    );
  });

  it('refuses a RENEW_BEFORE beyond which dates run out', () => {
    expect(faultsOf({ ...GOOD, RENEW_BEFORE: 'P365000Y' })).toEqual([
      "RENEW_BEFORE: 'P365000Y' is longer than a hundred years",
    ]);
  });

  it('warns of a malformed SCAN_SCHEDULE, and runs all the same', () => {
    expect(readSettings({ ...GOOD, SCAN_SCHEDULE: '0 0 0 30 2 *' }).warnings).toEqual([
      expect.stringContaining(
        "SCAN_SCHEDULE: '0 0 0 30 2 *' is an NCRONTAB expression that never comes; scanning hourly",
      ),
    ]);
  });
});

describe('scanSchedule', () => {
  it.each([
    [undefined, DEFAULT_SCHEDULE],
    ['', DEFAULT_SCHEDULE],
    ['nonsense', DEFAULT_SCHEDULE],
    ['%SCAN_SCHEDULE%', DEFAULT_SCHEDULE],
    [' 0 */10 * * * * ', '0 */10 * * * *'],
  ])('registers %j as %j', (text, schedule) => {
    expect(scanSchedule({ SCAN_SCHEDULE: text }).schedule).toBe(schedule);
  });
});

describe('what functions read that need nothing else', () => {
  const WRONG = { KEY_VAULT_URLS: 'nonsense', DPS_RESOURCE_IDS: '' };

  it.each([
    [undefined, undefined],
    [' ', undefined],
    [' {"rules":[]}', { inline: '{"rules":[]}' }],
    ['rules.json ', { file: 'rules.json' }],
  ])('the allocation rules are found whatever else is wrong: %j', (text, source) => {
    expect(allocationRules({ ...WRONG, ...(text !== undefined && { ALLOCATION_RULES: text }) })).toEqual(source);
  });

  it('the storage account is found whatever else is wrong', () => {
    const storage = 'UseDevelopmentStorage=true';
    expect(storageAccount({ ...WRONG, AzureWebJobsStorage: storage })).toEqual({ connectionString: storage });
    expect(storageAccount(WRONG)).toBeUndefined();
  });
});
