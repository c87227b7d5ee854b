import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPlanOptions } from '../../../local/plan/read-plan-options.ts';

const folder = mkdtempSync(join(tmpdir(), 'plan-options-'));
const NO_FILE = join(folder, 'none.json');
const DPS = '/subscriptions/s/resourceGroups/r/providers/Microsoft.Devices/provisioningServices/dps-1';
const TARGETS = ['--dps', DPS, '--vault', 'https://kv.vault.azure.net'];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(content: string): string {
  const path = join(folder, 'local.settings.json');
  writeFileSync(path, content);
  return path;
}

describe('the options of a plan', () => {
  it('may name several services and vaults', () => {
    const { settings } = readPlanOptions([...TARGETS, '--dps', `${DPS}-b`, '--vault', 'https://b.x'], {}, NO_FILE);
    expect(settings?.provisioningServices.map(({ name }) => name)).toEqual(['dps-1', 'dps-1-b']);
    expect(settings?.keyVaultUrls).toEqual(['https://kv.vault.azure.net', 'https://b.x']);
  });

  it('count before the environment, and that before the file', () => {
    const settingsFile = file(JSON.stringify({ Values: { RETIRE: 'never', RENEW_BEFORE: '10%', OVERLAP: 'P1D' } }));
    const environment = { RETIRE: 'overlap', RENEW_BEFORE: '15%', OVERLAP: ' ' };
    const { settings } = readPlanOptions([...TARGETS, '--retire', 'unused'], environment, settingsFile);
    expect(settings).toMatchObject({ retire: 'unused', renewBefore: { share: 0.15 }, overlap: { days: 1 } });
  });

  it('are as those of the app where nothing is said', () => {
    const { settings } = readPlanOptions(TARGETS, { MODE: 'nonsense' }, NO_FILE);
    expect(settings).toMatchObject({ retire: 'expired', resourceManagerUrl: 'https://management.azure.com' });
  });

  it('are not looked at where help is asked for', () => {
    expect(readPlanOptions(['--help', '--dps', 'x'], {}, NO_FILE).help).toBe(true);
  });

  it.each([
    [[], /^Nothing to plan for: give it [\s\S]*--dps RESOURCE-ID [\s\S]*DPS_RESOURCE_IDS and KEY_VAULT_URLS/],
    [['--dps', 'dps-1'], /^--vault \(or KEY_VAULT_URLS\) is missing\n--dps: 'dps-1' is not the resource id of a DPS/],
    [['--vault', 'https://kv.vault.azure.net'], /^--dps \(or DPS_RESOURCE_IDS\) is missing$/],
    [
      [...TARGETS, '--vault', 'http://kv', '--overlap', 'soon'],
      /^--vault: 'http:\/\/kv' is not [^\n]*\n--overlap: [^\n]*$/,
    ],
    [[...TARGETS, '--retire', 'later'], /^--retire: 'later' is not expired or unused/],
    [[...TARGETS, '--renew-before', 'x'], /^--renew-before: 'x' is neither a percentage/],
    [['plan'], /^Unexpected argument 'plan'/],
  ])('%j are refused, all faults at once', (args, message) => {
    expect(() => readPlanOptions(args, {}, NO_FILE)).toThrow(message);
  });

  it('name the setting where the fault is in a setting', () => {
    expect(() => readPlanOptions(TARGETS, { RETIRE: 'later' }, NO_FILE)).toThrow(/^RETIRE: 'later'/);
  });

  it('name a file that is not JSON, and quote nothing of it: it may hold keys', () => {
    const settingsFile = file('{"Values": {"AzureWebJobsStorage": "AccountKey=c2VjcmV0"');
    expect(() => readPlanOptions(TARGETS, {}, settingsFile)).toThrow(/^Cannot read \S+: it is not JSON$/);
  });
});
