import { describe, expect, it } from 'vitest';
import { attachedRecord } from '../../../local/attach/attached-record.ts';
import { type Detachment, detachedRecord } from '../../../local/attach/detached-record.ts';
import { differences } from '../../../local/attach/differences.ts';

const [URL_A, MASKED_A, OTHER_A] = ['code=k1', '****', 'code=k0'].map(
  (query) => `https://app.example/api/allocate?${query}`,
) as [string, string, string];
const OTHER_WEBHOOK = 'https://other.example/api/allocate?code=k1';
const WEBHOOK = { webhookUrl: URL_A, apiVersion: '2021-10-01', replaceKey: false };
/** What an attached record has everywhere in common: members that are known, and some that nobody knows. */
const REST = {
  enrollmentGroupId: 'line-1',
  attestation: { type: 'x509', x509: { caReferences: { primary: 'PlantA', secondary: null } } },
  iotHubs: ['hub-a.azure-devices.net'],
  initialTwin: { tags: { n: 1.5 } },
  credentialPolicyName: 'of a later version',
};
const attached = (webhookUrl: string, more: object = {}) => ({
  ...REST,
  allocationPolicy: 'custom',
  customAllocationDefinition: { webhookUrl, apiVersion: '2021-10-01', ...more },
});

describe('an enrollment that is attached', () => {
  it.each([
    ['from no policy', REST],
    ['from a policy of the DPS', { ...REST, allocationPolicy: 'hashed' }],
    ['from nulls', { ...REST, allocationPolicy: null, customAllocationDefinition: null }],
    ['from another webhook', attached(OTHER_WEBHOOK)],
    ['from another webhook, masked', attached('https://other.example/api/allocate?****')],
    ['from another key', attached(OTHER_A)],
    ['from another version', attached(URL_A, { apiVersion: '2019-03-31' })],
    [
      'from another version, masked: the key is written, never the mask',
      attached(MASKED_A, { apiVersion: '2019-03-31' }),
    ],
    ['from a definition that another policy leaves unused', { ...attached(URL_A), allocationPolicy: 'static' }],
  ])('%s holds policy, URL and version, and all that it held before', (_, record) => {
    const before = structuredClone(record);
    expect(attachedRecord(record, WEBHOOK)).toStrictEqual(attached(URL_A));
    expect(record).toStrictEqual(before);
  });

  it('keeps what it does not know of the definition', () => {
    expect(attachedRecord(attached(OTHER_A, { later: 1 }), WEBHOOK)).toStrictEqual(attached(URL_A, { later: 1 }));
  });

  it.each([
    ['already', attached(URL_A)],
    ['already, with its key masked', attached(MASKED_A)],
    ['already, in the spelling of error messages', { ...attached(URL_A), allocationPolicy: 'Custom' }],
  ])('%s is the same object', (_, record) => {
    expect(attachedRecord(record, WEBHOOK)).toBe(record);
  });

  it('with its key masked gets the whole URL with --replace-key', () => {
    expect(attachedRecord(attached(MASKED_A), { ...WEBHOOK, replaceKey: true })).toStrictEqual(attached(URL_A));
    const same = attached(URL_A);
    expect(attachedRecord(same, { ...WEBHOOK, replaceKey: true })).toBe(same);
  });
});

describe('an enrollment that is detached', () => {
  const ANY: Detachment = { policy: undefined, webhookUrl: undefined };

  it.each<[string, Detachment, object]>([
    ['gets the policy of the DPS', ANY, REST],
    [
      'gets the policy that is asked for',
      { ...ANY, policy: 'geoLatency' },
      { ...REST, allocationPolicy: 'geoLatency' },
    ],
    ['from the webhook that is meant, whatever its key', { ...ANY, webhookUrl: OTHER_A }, REST],
  ])('%s, and keeps all else', (_, detachment, expected) => {
    expect(detachedRecord(attached(URL_A), detachment)).toStrictEqual(expected);
    expect(detachedRecord(attached(MASKED_A), detachment)).toStrictEqual(expected);
  });

  it.each<[string, object, Detachment]>([
    ['has no policy', REST, { ...ANY, policy: 'static' }],
    ['has a policy of the DPS', { ...attached(URL_A), allocationPolicy: 'hashed' }, { ...ANY, policy: 'static' }],
    ['is attached to another webhook than meant', attached(OTHER_WEBHOOK), { ...ANY, webhookUrl: URL_A }],
    ['has no definition', { ...REST, allocationPolicy: 'custom' }, { ...ANY, webhookUrl: URL_A }],
  ])('stays the same object where it %s', (_, record, detachment) => {
    const given = record as Record<string, unknown>;
    expect(detachedRecord(given, detachment)).toBe(given);
  });

  it('after it was attached is what it was', () => {
    const before = { ...REST, allocationPolicy: 'static' };
    expect(detachedRecord(attachedRecord(before, WEBHOOK), { ...ANY, policy: 'static' })).toStrictEqual(before);
  });
});

describe('the differences between two records', () => {
  const path = 'customAllocationDefinition.webhookUrl';
  const shown = 'https://app.example/api/allocate?****';

  it.each([
    [
      'a first webhook',
      { ...REST, allocationPolicy: 'hashed' },
      attached(URL_A),
      [
        { path: 'allocationPolicy', from: 'hashed', to: 'custom' },
        { path, from: undefined, to: shown },
        { path: 'customAllocationDefinition.apiVersion', from: undefined, to: '2021-10-01' },
      ],
    ],
    ['another key', attached(OTHER_A), attached(URL_A), [{ path, from: shown, to: shown, note: 'another key' }]],
    [
      'a key that DPS masks',
      attached(MASKED_A),
      attached(URL_A),
      [{ path, from: shown, to: shown, note: 'the key as given: DPS does not show the present one' }],
    ],
    [
      'anything else that should not differ',
      { a: { b: [1] }, c: null },
      { a: { b: [1, 2] } },
      [
        { path: 'a.b', from: '[1]', to: '[1,2]' },
        { path: 'c', from: 'null', to: undefined },
      ],
    ],
    ['none', attached(URL_A), attached(URL_A), []],
  ])('are, and show no key: %s', (_, before, after, expected) => {
    expect(differences(before, after)).toStrictEqual(expected);
  });
});
