import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFaults } from '../../local/emulator/control/faults.ts';
import { DEFAULT_SEED } from '../../local/emulator/default-seed.ts';
import { parseSeed } from '../../local/emulator/parse-seed.ts';
import { parseAttestationMessage } from '../../shared/allocation/attestation-message.ts';
import { parseRules } from '../../shared/allocation/parse-rules.ts';
import { publishedWeights } from '../../shared/allocation/published-hubs.ts';
import { composeStatus } from '../../shared/compose-status.ts';
import { documentsInMemory } from '../../shared/documents-in-memory.ts';
import { parseTags } from '../../shared/lifecycle/ca-tags.ts';
import { parseCaMessage } from '../../shared/operations/ca-message.ts';
import { readCatalogue } from '../../shared/operations/catalogue.ts';
import { parseRenewalWish } from '../../shared/operations/parse-renewal-wish.ts';
import { allocationRules, readSettings, SettingsInvalid, scanSchedule, storageAccount } from '../../shared/settings.ts';
import { counted } from '../support/counts.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const RUNS = { numRuns: counted(300, 20_000) };

/** What is enough of an environment. */
const SOUND = {
  KEY_VAULT_URLS: 'https://kv-fleet.vault.azure.net',
  DPS_RESOURCE_IDS: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/provisioningServices/dps-1',
};

/** All that are read, and one that is not. */
const TAGS = [
  ...['dps', 'renew-before', 'overlap', 'retire', 'paused', 'renew-key', 'issuer', 'same-key', 'stock-cleared'],
  'owner',
];

const CATALOGUE = {
  'https://kv/a': {
    thumbprint: 'AB'.repeat(20),
    isCa: true,
    subject: 'x',
    issuer: 'y',
    shown: { notBefore: NOW, notAfter: NOW, key: 'P-256' },
    versions: ['AB'.repeat(20)],
  },
};

/** Texts that settings, tags and members may be: mostly nearly right, some long, some of the whole of Unicode. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 2_000 }),
  fc.constantFrom(
    'P30D',
    'P1e9Y',
    '-P1D',
    '20%',
    '1e3%',
    '99999999999999999999%',
    '* * * * * *',
    '0 0 0 31 2 *',
    '0/0 * * * * *',
    'https://kv.vault.azure.net',
    'https://a@b',
    'https://[::1',
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/provisioningServices/d',
    '{}',
    '{"rules":[]}',
    '__proto__',
    'true',
    '*',
  ),
);

/** A document with some of its members replaced by anything, or left out, at any depth. */
function damaged(right: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(), by: fc.option(fc.oneof(fc.jsonValue({ maxDepth: 2 }), text)) });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy: unknown = JSON.parse(JSON.stringify(right));
    for (const { at, by } of changes) {
      const places = placesIn(copy);
      const [holder, name] = places[at % Math.max(1, places.length)] ?? [];
      if (holder === undefined || name === undefined) continue;
      if (by === null) Reflect.deleteProperty(holder, name);
      else Object.defineProperty(holder, name, { value: by, enumerable: true, writable: true, configurable: true });
    }
    // As JSON has it: without holes in arrays.
    return JSON.parse(JSON.stringify(copy));
  });
}

function placesIn(value: unknown): (readonly [object, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[value, name] as const, ...placesIn(inner)]);
}

describe('whatever it is given', () => {
  const NAMES = [
    ...['KEY_VAULT_URLS', 'DPS_RESOURCE_IDS', 'RENEW_BEFORE', 'OVERLAP', 'RETIRE', 'MODE', 'SCAN_SCHEDULE'],
    ...['ALLOCATION_RULES', 'ALLOCATION_WEBHOOK_URL', 'AZURE_RESOURCE_MANAGER_URL', 'AZURE_CLIENT_ID'],
    ...['AzureFunctionsJobHost__functionTimeout', 'NOTIFICATION_WEBHOOK_URL', 'NOTIFICATION_FORMAT'],
    ...['NOTIFICATION_EVENTS', 'APPLICATIONINSIGHTS_CONNECTION_STRING', 'AzureWebJobsStorage'],
  ];

  it('the environment is settings, or all its faults in sentences', () => {
    const environment = fc.oneof(
      fc.dictionary(fc.constantFrom(...NAMES), text),
      fc.dictionary(fc.constantFrom(...NAMES), text, { maxKeys: 2 }).map((odd) => ({ ...SOUND, ...odd })),
    );
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(environment, (given) => {
        scanSchedule(given);
        storageAccount(given);
        allocationRules(given);
        try {
          const { keyVaultUrls, provisioningServices } = readSettings(given);
          expect(Math.min(keyVaultUrls.length, provisioningServices.length)).toBeGreaterThan(0);
          seen.accepted += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(SettingsInvalid);
          for (const fault of (error as SettingsInvalid).faults) expect(fault).toMatch(/^\w+(?::| is missing)/);
          seen.refused += 1;
        }
      }),
      RUNS,
    );
    // Were all refused, or all taken, nothing would be shown of the other.
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(RUNS.numRuns / 20);
  });

  it.each<[string, fc.Arbitrary<unknown>, (value: unknown) => unknown]>([
    [
      'tags are tags, or faults',
      fc.dictionary(
        fc.constantFrom(...TAGS),
        fc.oneof(text, fc.constantFrom('external', 'interchangeable', 'EXTERNAL', 'same', 'new', 'never', 'false')),
      ),
      (value) => typeof value === 'object' && value && parseTags(value as Record<string, string>),
    ],
    [
      'a message names a CA, or none',
      damaged({ vaultUrl: 'https://kv', name: 'a', force: 'AB'.repeat(20) }),
      parseCaMessage,
    ],
    [
      'a wish is one, or its faults',
      damaged({ ca: 'a', vault: 'https://kv', force: true }),
      (value) => parseRenewalWish(Buffer.from(JSON.stringify(value))),
    ],
    [
      'a message holds evidence, or faults',
      damaged({
        kind: 'group',
        enrollment: 'g',
        registrationId: 'd',
        at: NOW,
        thumbprints: ['A'],
        certificate: 'MIIB',
      }),
      (value) => parseAttestationMessage(value, NOW),
    ],
    [
      'rules are rules, or faults',
      damaged({
        rules: [{ name: 'r', match: { payload: { '/a': { in: [1] } }, registrationId: '*-*' }, hubs: { h: 1 } }],
      }),
      (value) => parseRules(JSON.stringify(value)),
    ],
    [
      'published hubs are weights, or a gap',
      damaged({ dps: { at: NOW, hubs: [{ name: 'h', allocationWeight: 1, applyAllocationPolicy: true }] } }),
      (value) => publishedWeights(value, NOW),
    ],
    ['a seed is one, or its faults', damaged(DEFAULT_SEED), (value) => parseSeed(value, NOW)],
    [
      'faults are faults, or refused',
      damaged([{ service: 'keyVault', path: '.*', skip: 1, times: 2, effect: { status: 500 } }]),
      parseFaults,
    ],
  ])('%s', (_what, values, read) => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: values }, { weight: 1, arbitrary: fc.jsonValue() }), (value) => {
        // A result or faults; an exception fails the property.
        const result: unknown = read(value);
        const { faults = [] } = (result ?? {}) as { readonly faults?: readonly string[] };
        for (const fault of faults) if (!/^[^\n]+$/.test(fault)) throw new Error(`no sentence: ${fault}`);
      }),
      RUNS,
    );
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
  });

  it('the catalogue is read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged(CATALOGUE), fc.jsonValue()), async (value) => {
        const documents = documentsInMemory();
        await documents.write('catalogue.json', value, undefined);
        for (const [, item] of await readCatalogue(documents)) expect(typeof item.isCa).toBe('boolean');
      }),
      RUNS,
    );
  });

  // What this app itself has written is taken to have its shape; anything else is as good as nothing.
  it.each(['text/html', 'application/json'])('the status page is shown as %s', async (accept) => {
    const request = {
      method: 'GET',
      query: new URLSearchParams(),
      headers: { get: () => accept },
      text: async () => '',
    };
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.record({ version: fc.jsonValue(), at: text })), async (value) => {
        const { status } = await composeStatus(request, value);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: counted(50, 2_000) },
    );
  });
});
