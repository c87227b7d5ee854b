import fc from 'fast-check';
import { groupBody, individualBody } from '../../support/webhook-bodies.ts';

// Bodies for the webhook: as DPS sends them, the same with a part replaced, with octets damaged, and such as nobody
// sends who means well. Whatever a device could put in is marked, so that it can be looked for in what is said of it.

/** Stands in every value of a body that must not be repeated anywhere. */
export const MARK = 'shibboleth';

const octets = (text: string) => new TextEncoder().encode(text);
const deep = (depth: number, open: string, inner: string, close: string) =>
  open.repeat(depth) + inner + close.repeat(depth);

/** JSON texts that parsers, loggers and those who take `in` for `hasOwn` stumble over. */
const ODD_VALUES: readonly string[] = [
  '1e400',
  '-1e400',
  '1e-400',
  '9'.repeat(400),
  `-0.${'1'.repeat(400)}`,
  '9007199254740993',
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '"\\u0000"',
  `"${MARK}\\u0000\\u0001\\u001b[31m"`,
  `"${MARK}\\r\\n{\\"event\\":\\"certificate_retired\\"}"`,
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u202e\\ufeff\\u2028"',
  '"../../../etc/passwd"',
  '"hub-a.azure-devices.net/evil"',
  '"HUB-A.AZURE-DEVICES.NET"',
  '"-----BEGIN CERTIFICATE-----"',
  `"-----BEGIN CERTIFICATE-----\\n${'A'.repeat(2000)}\\n-----END CERTIFICATE-----"`,
  `"${'MII'.repeat(10_000)}"`,
  `"${MARK.repeat(3000)}"`,
  `{"${MARK}":{"${MARK}":["${MARK}"]}}`,
  '{"__proto__":{"linkedHubs":["hub-evil"],"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"hasOwnProperty":null,"length":-1}',
  deep(2000, '[', '', ']'),
  deep(2000, '{"a":', '1', '}'),
  `[${'0,'.repeat(5000)}0]`,
];

/** Members of a request at every level, and some that there are none of. */
const MEMBERS: readonly string[] = [
  'enrollmentGroup',
  'individualEnrollment',
  'deviceRuntimeContext',
  'linkedHubs',
  'enrollmentGroupId',
  'registrationId',
  'currentIotHubHostName',
  'currentIoTHubHostName',
  'reprovisionPolicy',
  'updateHubAssignment',
  'x509',
  'certificateInfo',
  'signingCertificateInfo',
  'sha1Thumbprint',
  'issuerName',
  'certificate',
  'clientCertificates',
  'payload',
  '__proto__',
  'constructor',
];

const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }).map((value) => JSON.stringify(value));
const oddValue = fc.oneof(fc.constantFrom(...ODD_VALUES), json);
const text = fc.string({ unit: 'binary', maxLength: 20 });

/** What a device and DPS may put into a body that is as it should be. */
const asSent = fc
  .record({
    group: fc.boolean(),
    registrationId: fc.stringMatching(/^[A-Za-z0-9._:-]{1,128}$/),
    x509: fc.option(fc.record({ certificateInfo: fc.record({ issuerName: text }) }), { nil: undefined }),
    payload: fc.option(fc.jsonValue({ maxDepth: 3 }), { nil: undefined }),
    linkedHubs: fc.uniqueArray(fc.stringMatching(/^hub-[a-z0-9]{1,8}\.azure-devices\.net$/), { maxLength: 6 }),
  })
  .map(({ group, payload, ...rest }) => {
    const marked = payload === undefined ? {} : { payload: { value: payload, [MARK]: MARK } };
    return JSON.stringify((group ? groupBody : individualBody)({ ...rest, ...marked }));
  });

/** Puts a value in the place of every member of a name, or beside it where there is none. */
const replaced = fc.tuple(asSent, fc.constantFrom(...MEMBERS), oddValue).map(([body, name, value]) => {
  const changed = withMember(JSON.parse(body), name, '\u0001');
  return JSON.stringify(changed).replaceAll('"\\u0001"', () => value);
});

function withMember(value: unknown, name: string, placeholder: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withMember(each, name, placeholder));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(
    ([key, member]) => [key, key === name ? placeholder : withMember(member, name, placeholder)] as const,
  );
  const isRoot = 'linkedHubs' in value;
  return Object.fromEntries(isRoot && !(name in value) ? [...members, [name, placeholder]] : members);
}

/** The same member twice, of which JSON.parse takes the last. */
const twice = fc
  .tuple(asSent, fc.constantFrom(...MEMBERS), oddValue)
  .map(([body, name, value]) => `${body.slice(0, -1)},"${name}":${value}}`);

/** A body as it was cut, or with some octets of it changed: invalid UTF-8 and NULs among them. */
const damaged = fc
  .tuple(asSent, fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 0x22, 0x5c, 0x7d, 0x80, 0xc3, 0xed, 0xff))), fc.nat())
  .map(([body, changes, cut]) => {
    const copy = octets(body);
    for (const [position, octet] of changes) copy[position % copy.length] = octet;
    return changes.length % 2 === 0 ? copy : copy.slice(0, cut % copy.length);
  });

/** Octets that somebody may post with the key. */
export const hostileBodies: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 2, arbitrary: asSent.map(octets) },
  { weight: 4, arbitrary: replaced.map(octets) },
  { weight: 2, arbitrary: twice.map(octets) },
  { weight: 2, arbitrary: damaged },
  { weight: 1, arbitrary: oddValue.map(octets) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
);
