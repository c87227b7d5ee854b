import { describe, expect, it } from 'vitest';
import { lineageIn } from '../../../shared/lifecycle/lineage-in.ts';
import { days, entry, generation, ISSUER, NOW, observed, service, version } from '../../support/builders.ts';

const [NEWEST, OLD, OLDER, BACK] = ['B', 'A', '9', 'C'].map((letter) => letter.repeat(40)) as [
  string,
  string,
  string,
  string,
];
const newest = { ...generation({ thumbprint: NEWEST, notAfter: days(300) }, 'v3'), createdOn: days(-10) };
const old = generation({ thumbprint: OLD, notAfter: days(20) }, 'v2');
/** BACK was made last, and disabled; OLDER was disabled when it was not needed any more. */
const VERSIONS = [
  version('v4', BACK, days(-1), false),
  version('v3', NEWEST, days(-10)),
  version('v2', OLD, days(-300)),
  version('v1', OLDER, days(-600), false),
];
const given = (vault: object = {}) => observed({}, { generations: [newest, old], versions: VERSIONS, ...vault });

describe('lineageIn', () => {
  it('knows the newest generation, what is older, and what was made after it and disabled', () => {
    const { newest: member, others } = lineageIn(given(), service([]));
    expect(member).toMatchObject({ rank: 'newest', thumbprint: NEWEST, notAfter: days(300), createdOn: days(-10) });
    expect(others.map(({ rank, thumbprint }) => [rank, thumbprint])).toEqual([
      ['rolled-back', BACK],
      ['older', OLD],
      ['older', OLDER],
    ]);
  });

  it('takes no version for another one that has the same certificate, or none', () => {
    const twin = version('v5', NEWEST, days(0));
    const pending = { ...version('v6', '', NOW), thumbprint: undefined };
    const { others } = lineageIn(given({ versions: [pending, twin, ...VERSIONS] }), service([]));
    expect(others.map(({ thumbprint }) => thumbprint)).toEqual([BACK, OLD, OLDER]);
  });

  it('gives each its entries in this DPS, under whatever names', () => {
    const entries = [
      entry({ name: 'new', thumbprint: NEWEST }),
      entry({ name: 'old', thumbprint: OLD }),
      entry({ name: 'old-again', thumbprint: OLD, isVerified: false }),
      entry({ name: 'other', thumbprint: '1'.repeat(40) }),
    ];
    const { newest: member, others } = lineageIn(given(), service(entries));
    const names = [member, ...others].map((each) => each.entries.map(({ name }) => name));
    expect(names).toEqual([['new'], [], ['old', 'old-again'], []]);
  });

  it('knows the end of a version from its certificate, else from an entry that says it, else not', () => {
    const entries = [
      entry({ thumbprint: OLD, notAfter: days(1) }),
      entry({ thumbprint: OLDER, notAfter: undefined }),
      entry({ thumbprint: OLDER, notAfter: days(-5) }),
    ];
    const { others } = lineageIn(given(), service(entries));
    expect(others.map(({ notAfter }) => notAfter)).toEqual([undefined, days(20), days(-5)]);
    // Only what the vault holds enabled was read.
    expect(others.map(({ certificate }) => certificate)).toEqual([undefined, old.certificate, undefined]);
  });

  it.each([
    ['the verified one of several entries', [false, true], 'issuer-1'],
    ['one that is not verified, where there is no other', [false], 'issuer-0'],
    ['none', [], undefined],
  ])('finds the issuer’s entry: %s', (_, verified, name) => {
    const entries = verified.map((isVerified, index) =>
      entry({ name: `issuer-${index}`, thumbprint: 'F'.repeat(40), isVerified }),
    );
    const found = { kind: 'found', ca: { vaultUrl: 'v', name: 'root' }, generation: ISSUER, isRekeyed: false } as const;
    const issuer = { ...found, signers: ['F'.repeat(40)] };
    const { newest: member } = lineageIn(given({ issuer }), service([entry(), ...entries]));
    expect(member.issuerEntry?.name).toBe(name);
  });

  it.each([{ kind: 'self' }, { kind: 'missing' }, { kind: 'unknown', detail: 'timeout' }])(
    'has no issuer’s entry where the issuer is %j',
    (issuer) => {
      const { newest: member } = lineageIn(given({ issuer }), service([entry({ thumbprint: 'F'.repeat(40) })]));
      expect(member.issuerEntry).toBeUndefined();
    },
  );

  it('names the CAs in the vaults that chain to an older one, and the groups of this DPS that may', () => {
    const lane = { ...service([]), embeddedBelow: ["group 'line-1'"] };
    expect(lineageIn(given({ chainedSubordinates: ['line-ca'] }), lane).chainedSubordinates).toEqual([
      'line-ca',
      "group 'line-1'",
    ]);
  });
});
