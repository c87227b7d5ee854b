import { describe, expect, it } from 'vitest';
import { readSources, simulationInput } from '../../../local/simulate/read-simulation.ts';

const DPS = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Devices/provisioningServices/dps-1';

describe('what is to be simulated', () => {
  it('names the DPS, and the resource manager of its cloud, before anything is read from it', () => {
    const environment = { AZURE_RESOURCE_MANAGER_URL: 'https://management.chinacloudapi.cn/' };
    expect(readSources({ dps: DPS, count: '1' }, environment).hubs).toStrictEqual({
      dps: { id: DPS, subscriptionId: 's', resourceGroup: 'rg', name: 'dps-1' },
      resourceManagerUrl: 'https://management.chinacloudapi.cn',
    });
  });

  it('has the weights of the DPS, and says which hubs its allocation policy passes over', () => {
    const sources = readSources({ dps: DPS, count: '1' }, {});
    const linked = [
      { name: 'Hub-A', allocationWeight: 3 },
      { name: 'hub-b' },
      { name: 'hub-c', applyAllocationPolicy: false },
    ];
    const { sources: from, weights, requests, notes } = simulationInput(sources, linked);
    expect(from).toStrictEqual({ rules: 'the default rule', devices: '1 made-up devices', hubs: 'dps-1' });
    expect([...weights]).toStrictEqual([
      ['hub-a', { weight: 3, applies: true }],
      ['hub-b', { weight: 1, applies: true }],
      ['hub-c', { weight: 1, applies: false }],
    ]);
    expect(requests.map(({ linkedHubs }) => linkedHubs)).toStrictEqual([['Hub-A', 'hub-b', 'hub-c']]);
    expect(notes).toStrictEqual([
      'The DPS does not apply its allocation policy to these hubs, so only a rule that names them fills them: hub-c.',
    ]);
  });

  it.each([
    [{ dps: 'dps-1' }, /^--dps: 'dps-1' is not the resource id of a DPS/],
    [{ dps: `${DPS},${DPS}` }, /^Give one --dps\.$/],
    [{ dps: DPS, hubs: 'a' }, /^--hubs and --dps exclude each other/],
    [{ dps: DPS, rules: 'nowhere.json' }, /^Cannot read the rules file 'nowhere\.json': ENOENT/],
    [{ dps: DPS, count: '0' }, /^--count must be a whole number/],
  ])('may be wrong, which is said before anybody is asked: %j', (options, message) => {
    expect(() => readSources(options, {})).toThrow(message);
  });
});
