import { describe, expect, it } from 'vitest';
import { readAttachOptions } from '../../../local/attach/read-attach-options.ts';

const ID = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Devices/provisioningServices/dps-1';
const WEBHOOK = 'https://app.example/api/allocate?code=s3cr3t';
const MASKED = 'https://app.example/api/allocate?****';
const task = (args: string, env = {}) => readAttachOptions(args.split(' '), env).request?.task;

describe('the options of npm run attach', () => {
  it('name the DPS, and the resource manager of its cloud', () => {
    const args = ['--dps', ID, '--group', 'g', '--webhook', WEBHOOK];
    const dps = { id: ID, subscriptionId: 's', resourceGroup: 'rg', name: 'dps-1' };
    expect(readAttachOptions(args, {})).toMatchObject({
      help: false,
      yes: false,
      json: false,
      request: { dps, resourceManagerUrl: 'https://management.azure.com' },
    });
    const env = { AZURE_RESOURCE_MANAGER_URL: 'https://management.chinacloudapi.cn/' };
    expect(readAttachOptions([...args, '--yes', '--json'], env)).toMatchObject({
      yes: true,
      json: true,
      request: { dps, resourceManagerUrl: 'https://management.chinacloudapi.cn' },
    });
  });

  const group = { kind: 'group', id: 'g' };
  const webhook = { webhookUrl: WEBHOOK, apiVersion: '2021-10-01', replaceKey: false };
  it.each<[string, object, object]>([
    [`--group g --webhook ${WEBHOOK}`, {}, { action: 'attach', target: group, webhook }],
    ['--group g', { ALLOCATION_WEBHOOK_URL: ` ${WEBHOOK} ` }, { action: 'attach', target: group, webhook }],
    [
      `--enrollment e --webhook ${WEBHOOK} --api-version 2025-07-01-preview --replace-key`,
      { ALLOCATION_WEBHOOK_URL: 'https://other.example' },
      {
        action: 'attach',
        target: { kind: 'individual', id: 'e' },
        webhook: { ...webhook, apiVersion: '2025-07-01-preview', replaceKey: true },
      },
    ],
    [
      '--all-groups --detach',
      { ALLOCATION_WEBHOOK_URL: WEBHOOK },
      { action: 'detach', target: 'all-groups', detachment: { policy: undefined, webhookUrl: undefined } },
    ],
    [
      `--group g --detach --policy GEOLATENCY --webhook ${MASKED}`,
      {},
      { action: 'detach', target: group, detachment: { policy: 'geoLatency', webhookUrl: MASKED } },
    ],
    [`--check --webhook ${WEBHOOK}`, {}, { action: 'check', target: undefined, webhookUrl: WEBHOOK }],
    ['--check --group g', {}, { action: 'check', target: group, webhookUrl: undefined }],
  ])('say what to do: %s', (args, env, expected) => {
    expect(task(`--dps ${ID} ${args}`, env)).toStrictEqual(expected);
  });

  const target = /^Say which enrollments: --group ID, --enrollment ID \(an individual one\) or --all-groups\.$/;
  it.each<[string, RegExp]>([
    [`--webhook ${WEBHOOK}`, target],
    ['--detach', target],
    [`--group g --all-groups --webhook ${WEBHOOK}`, /^Give one of --group, --enrollment and --all-groups\.$/],
    ['--group g --enrollment e --detach', /^Give one of/],
    ['--group g', /^Give the webhook: --webhook URL, with its function key, or the setting ALLOCATION_WEBHOOK_URL\.$/],
    ['--check', /^Give the webhook/],
    ['--check --all-groups --webhook https://app.example', /^--check takes one --group or --enrollment, or none\.$/],
    ['--check --detach --group g', /^Give either --check or --detach\.$/],
    [`--group g --webhook ${WEBHOOK} --policy static`, /^--policy goes with --detach/],
    ['--group g --detach --policy custom', /^--policy 'custom' is not hashed, geoLatency, static\.$/],
    ['--group g --detach --replace-key', /^--replace-key goes with neither --check nor --detach\.$/],
    [
      `--group g --webhook ${WEBHOOK} --api-version 2021`,
      /^--api-version '2021' is not a version such as 2021-10-01\.$/,
    ],
    [`--group g --webhook ${MASKED}`, /is masked: give the whole URL/],
    [`--group g --webhook ${WEBHOOK.replace('https', 'http')}`, /is not https/],
    ['--group g --detach --webhook code=s3cr3t', /^--webhook is not a URL\.$/],
  ])('may be wrong, which one sentence says: %s', (args, sentence) => {
    expect(() => task(`--dps ${ID} ${args}`)).toThrow(sentence);
    expect(() => task(`--dps ${ID} ${args}`)).not.toThrow(/s3cr3t/);
  });

  it.each([
    ['', /^Give the DPS: --dps RESOURCE-ID \(az iot dps show --name NAME --query id\)\.$/],
    ['--dps dps-1', /^--dps: 'dps-1' is not the resource id of a DPS \(.*\)\.$/],
    [`--dps ${ID},${ID}2`, /^Give one --dps\.$/],
  ])('need one DPS: %s', (args, sentence) => {
    expect(() => task(`--group g --detach ${args}`.trim())).toThrow(sentence);
  });

  it('may be wrong in several ways, all of which are said', () => {
    const wrong = () => readAttachOptions(['--policy', 'x'], { AZURE_RESOURCE_MANAGER_URL: 'https://a' });
    expect(wrong).toThrow(/^--policy goes .*\nSay which .*\nGive the webhook.*\nGive the DPS.*$/);
  });

  it('with --help need nothing else', () => {
    expect(readAttachOptions(['--help'], {})).toStrictEqual({
      help: true,
      yes: false,
      json: false,
      request: undefined,
    });
  });
});
