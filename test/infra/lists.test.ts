import { describe, expect, it } from 'vitest';
import { bicepFiles, parseBicep } from '../support/bicep.ts';
import { evaluate } from './evaluate-bicep.ts';

// Modules are named after the ids in these lists: an id that is in one twice fails the whole deployment.

const main = bicepFiles().find(({ file }) => file === 'main.bicep') ?? parseBicep('');
const vault = (name: string, group = 'pki') =>
  `/subscriptions/s1/resourceGroups/${group}/providers/Microsoft.KeyVault/vaults/${name}`;
const dps = (name: string) =>
  `/subscriptions/s1/resourceGroups/iot/providers/Microsoft.Devices/provisioningServices/${name}`;
const lower = (...ids: readonly string[]) => ids.map((id) => id.toLowerCase());

function listed(variable: string, given: Readonly<Record<string, string | boolean>>) {
  return evaluate(main, variable, {
    dpsResourceIds: '',
    keyVaultResourceIds: '',
    issuerKeyVaultResourceIds: '',
    createTrial: false,
    group: { id: '/subscriptions/s1/resourceGroups/rg-Certs' },
    token: 't0',
    ...given,
  });
}

describe('the vaults', () => {
  const given = {
    keyVaultResourceIds: `${vault('kv-fleet')}, ${vault('KV-Fleet', 'PKI')},${vault('kv-second')},`,
    issuerKeyVaultResourceIds: `${vault('kv-root')},${vault('kv-root')},${vault('KV-second')}`,
  };

  it('are each in one list, once', () => {
    expect(listed('keyVaults', given)).toEqual(lower(vault('kv-fleet'), vault('kv-second')));
    expect(listed('issuerKeyVaults', given)).toEqual(lower(vault('kv-root')));
    expect(listed('allKeyVaults', given)).toEqual(lower(vault('kv-fleet'), vault('kv-second'), vault('kv-root')));
  });

  it('are all told to the app', () => {
    const urls = ['kv-fleet', 'kv-second', 'kv-root'].map((name) => `https://${name}.vault.azure.net`);
    expect(listed('keyVaultUrls', given)).toEqual(urls);
  });

  it('may be none', () => {
    for (const name of ['keyVaults', 'issuerKeyVaults', 'keyVaultUrls']) expect(listed(name, {})).toEqual([]);
  });
});

describe('the provisioning services', () => {
  it('are in their list once', () => {
    const given = { dpsResourceIds: `${dps('dps-fleet')},${dps('DPS-fleet')} , ${dps('dps-2')}` };
    expect(listed('provisioningServices', given)).toEqual(lower(dps('dps-fleet'), dps('dps-2')));
  });

  it('may be none', () => {
    expect(listed('provisioningServices', {})).toEqual([]);
  });
});

it('what a trial makes joins the lists, once even where it is listed, too', () => {
  const trialVault = '/subscriptions/s1/resourceGroups/rg-Certs/providers/Microsoft.KeyVault/vaults/kv-t0';
  const trialDps = '/subscriptions/s1/resourceGroups/rg-Certs/providers/Microsoft.Devices/provisioningServices/dps-t0';
  const trial = { createTrial: true, keyVaultResourceIds: vault('kv-fleet'), issuerKeyVaultResourceIds: trialVault };
  expect(listed('keyVaults', trial)).toEqual(lower(vault('kv-fleet'), trialVault));
  expect(listed('issuerKeyVaults', trial)).toEqual([]);
  expect(listed('provisioningServices', { ...trial, dpsResourceIds: trialDps })).toEqual(lower(trialDps));
});
