import { createHmac } from 'node:crypto';
import type { EmulatorDescription } from '../../local/emulator/describe.ts';
import type { Chance } from './mutated-der.ts';

/** A request to some address of the emulator, right or wrong. */
export interface WireRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

interface Template {
  readonly base: string;
  readonly paths: readonly string[];
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly unknown[];
}

const METHODS = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const ODD_SEGMENTS = [
  '..',
  '%2e%2e',
  '%00',
  '%ff',
  '%',
  ' ',
  '__proto__',
  'constructor',
  'a'.repeat(300),
  '😀',
  '',
  '0',
  '?',
  '*',
];
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  'x'.repeat(5_000),
  '\u0000',
  '\ud800',
  '__proto__',
  [],
  {},
  [[[[[[]]]]]],
  'AAAA',
  'MIIB',
  '2026-13-45T99:99:99Z',
  '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
  { toString: 1 },
  ['a', { b: [null] }],
];
const ODD_BODIES = [
  '{',
  '[]',
  'null',
  '"x"',
  '[1,2',
  '{"__proto__":{"x":1}}',
  '\u0000',
  '<x/>',
  '['.repeat(20_000),
  '9'.repeat(400),
];
const ODD_HEADERS: readonly (readonly [string, string])[] = [
  ['if-match', '*'],
  ['if-match', 'x'],
  ['if-match', '"'],
  ['if-match', ''],
  ['content-type', 'text/html'],
  ['content-encoding', 'gzip'],
  ['x-ms-continuation', 'x'],
  ['x-ms-continuation', '-1'],
  ['x-ms-max-item-count', '-1'],
  ['x-ms-max-item-count', '1e9'],
  ['x-http-method-override', 'DELETE'],
  ['authorization', 'Bearer'],
  ['authorization', 'Bearer a.b.c'],
  ['authorization', 'SharedAccessSignature sr=%&sig=%&se=x'],
];

/** What clients send to each service, before anything is done to it. `tokens` are of the managed identity. */
export function templatesOf(
  { resourceManager, keyVaults, provisioningServices, authority, identity, applicationInsights }: EmulatorDescription,
  tokens: { readonly arm: string; readonly vault: string; readonly monitor: string },
): readonly Template[] {
  const [vault, dps] = [keyVaults[0], provisioningServices[0]];
  if (vault === undefined || dps === undefined) throw new Error('the emulator was expected to have a vault and a DPS');
  const host = dps.serviceOperationsHostName;
  const policy = {
    key_props: { kty: 'EC', crv: 'P-256', exportable: false, reuse_key: false },
    x509_props: { subject: 'CN=a', key_usage: ['keyCertSign'], validity_months: 12 },
    issuer: { name: 'Self' },
    lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: 'EmailContacts' } }],
  };
  const record = {
    enrollmentGroupId: 'g-1',
    registrationId: 'dev-1',
    attestation: {
      type: 'x509',
      x509: { caReferences: { primary: 'ca' }, signingCertificates: { primary: { certificate: 'MIIB' } } },
    },
    initialTwin: { tags: {}, properties: { desired: {} } },
    reprovisionPolicy: { updateHubAssignment: true },
    iotHubs: ['hub-1.azure-devices.net'],
    customAllocationDefinition: { webhookUrl: 'https://127.0.0.1:9/', apiVersion: '2021-10-01' },
  };
  const entry = `${dps.resourceId}/certificates/ca`;
  return [
    {
      base: vault.url,
      paths: [
        '',
        '/ca',
        '/ca/versions',
        '/ca/create',
        '/ca/pending',
        '/ca/pending/merge',
        '/ca/policy',
        '/ca/import',
        '/ca/0123',
      ]
        .map((path) => `/certificates${path}`)
        .concat('/keys/ca', '/keys/ca/x/sign', '/deletedcertificates', '/deletedcertificates/ca', '/secrets/ca'),
      query: 'api-version=2025-07-01',
      headers: { authorization: `Bearer ${tokens.vault}` },
      bodies: [
        { policy, tags: { a: 'b' } },
        { x5c: ['MIIB'] },
        policy,
        { alg: 'ES256', value: 'AAAA' },
        { value: 'MIIB', pwd: '' },
        { attributes: { enabled: false }, tags: {} },
      ],
    },
    {
      base: resourceManager,
      paths: [
        dps.resourceId,
        `${dps.resourceId}/certificates`,
        entry,
        `${entry}/generateVerificationCode`,
        `${entry}/verify`,
        '/subscriptions',
        '/metadata/endpoints',
        `${dps.resourceId}/listkeys`,
      ],
      query: 'api-version=2022-02-05',
      headers: { authorization: `Bearer ${tokens.arm}` },
      bodies: [{ properties: { certificate: 'MIIB', isVerified: true } }, { certificate: 'AAAA' }],
    },
    {
      base: `https://${host}`,
      paths: [
        '/enrollmentGroups/g-1',
        '/enrollmentGroups/query',
        '/enrollments/dev-1',
        '/enrollments',
        '/enrollments/query',
        '/enrollments/dev-1/attestationmechanism',
        '/registrations/dev-1',
        '/registrations/g-1/query',
      ],
      query: 'api-version=2021-10-01',
      headers: { authorization: sas(host, dps.sharedAccessKey, dps.sharedAccessKeyName) },
      bodies: [record, { query: 'SELECT *' }, { mode: 'create', enrollments: [record, record] }],
    },
    {
      base: `https://${dps.deviceProvisioningHostName}`,
      paths: [
        `/${dps.idScope}/registrations/keyed/register`,
        `/${dps.idScope}/registrations/keyed`,
        `/${dps.idScope}/registrations/keyed/operations/x`,
      ],
      query: 'api-version=2021-06-01',
      headers: { authorization: sas(`${dps.idScope}/registrations/keyed`, DEVICE_KEY, 'registration') },
      bodies: [{ registrationId: 'keyed', payload: { a: 1 } }],
    },
    {
      base: authority.replace(/\/adfs$/, ''),
      paths: [
        '/adfs/oauth2/token',
        '/adfs/.well-known/openid-configuration',
        '/x/oauth2/v2.0/token',
        '/common/discovery/instance',
      ],
      query: 'api-version=1.1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      bodies: [
        'grant_type=client_credentials&client_id=a&client_secret=b&scope=https://vault.azure.net/.default',
        'grant_type=%ff&scope',
      ],
    },
    {
      base: new URL(identity.endpoint).origin,
      paths: [new URL(identity.endpoint).pathname],
      query: 'api-version=2019-08-01&resource=https://vault.azure.net',
      headers: { 'x-identity-header': identity.header },
      bodies: [{}],
    },
    ingestion(applicationInsights.connectionString, tokens.monitor),
  ];
}

function ingestion(connectionString: string, token: string): Template {
  const [iKey = '', address = ''] = ['InstrumentationKey', 'IngestionEndpoint'].map(
    (name) => connectionString.match(new RegExp(`${name}=([^;]+)`))?.[1],
  );
  const envelope = {
    iKey,
    name: 'Microsoft.ApplicationInsights.Event',
    time: '2026-03-01T12:00:00Z',
    tags: { 'ai.cloud.role': 'app' },
    data: { baseType: 'EventData', baseData: { ver: 2, name: 'scan_completed', properties: {} } },
  };
  return {
    base: address.replace(/\/$/, ''),
    paths: ['/v2.1/track', '/v2/track'],
    query: '',
    headers: { authorization: `Bearer ${token}` },
    bodies: [[envelope], envelope, [envelope, envelope], Array.from({ length: 500 }, () => 0)],
  };
}

/** Of the individual enrollment `keyed`, which the emulator is to have. */
export const DEVICE_KEY = Buffer.alloc(32, 5).toString('base64');

/** A shared access signature, good for an hour. */
export function sas(resource: string, key: string, name: string): string {
  const [sr, se] = [encodeURIComponent(resource), Math.floor(Date.now() / 1000) + 3_600];
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(`${sr}\n${se}`).digest('base64');
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(signature)}&se=${se}&skn=${name}`;
}

/** A request that is mostly right: one that is wrong all over gets no further than the first check. */
export function hostileRequest(templates: readonly Template[], chance: Chance): WireRequest {
  const pick = <T>(items: readonly T[]): T => {
    const item = items[chance(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  };
  const { base, paths, query, headers, bodies } = pick(templates);
  const segments = pick(paths).split('/');
  if (chance(3) === 0) segments.splice(1 + chance(segments.length), chance(2), pick(ODD_SEGMENTS));
  const search =
    chance(8) === 0
      ? pick([
          '',
          'api-version=',
          'api-version=9999-99-99',
          '%',
          'api-version=a&api-version=b',
          `maxresults=-1&${query}`,
        ])
      : query;
  const path = segments.join('/').replace(/[^\x21-\x7e]/gu, encodeURIComponent);
  const method = pick(METHODS);
  const odd = chance(4) === 0 ? [pick(ODD_HEADERS)] : [];
  const body =
    method === 'GET' || method === 'HEAD' || chance(8) === 0 ? undefined : bodyOf(pick(bodies), chance, pick);
  return {
    url: `${base}${path}?${search}`,
    method,
    headers: { 'content-type': 'application/json', ...headers, ...Object.fromEntries(odd) },
    body,
  };
}

function bodyOf(right: unknown, chance: Chance, pick: <T>(items: readonly T[]) => T): string {
  if (chance(6) === 0) return pick(ODD_BODIES);
  if (typeof right === 'string') return right;
  const places: (() => void)[] = [];
  const copy: unknown = structuredClone(right);
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const name of Object.keys(value)) {
      const holder = value as Record<string, unknown>;
      places.push(
        () => {
          holder[name] = pick(ODD_VALUES);
        },
        () => {
          delete holder[name];
        },
      );
      visit(holder[name]);
    }
  };
  visit(copy);
  for (let changes = chance(3); changes > 0 && places.length > 0; changes--) pick(places)();
  return JSON.stringify(copy);
}
