import { describe, expect, it } from 'vitest';
import { decideReference } from '../../../../shared/lifecycle/reference-decision.ts';
import type { Lineage, NewestMember } from '../../../../shared/lifecycle/reference-lineage.ts';
import type { ReferenceField } from '../../../../shared/lifecycle/reference-slots.ts';
import { commonName } from '../../../../shared/x509/name.ts';
import { days, entry, NOW } from '../../../support/builders.ts';
import { enrollment, former, inWords, lineage, nameOf, newest, UNPROVED, wishes } from './reference-builders.ts';

const UNTRUSTED = 'wait newest-not-trusted';
const TAKEN = 'refuse both-slots-taken';

describe('what a move must have', () => {
  const asks = (field: ReferenceField, pair: string, given: Lineage, wished = wishes(), record = {}) => {
    const asked = enrollment(field, pair, record);
    return inWords(decideReference(asked, given, wished, NOW), asked);
  };
  const issuerEntry = (isVerified: boolean) => entry({ name: 'root', thumbprint: 'F'.repeat(40), isVerified });

  const TRUST: readonly (readonly [ReferenceField, Partial<NewestMember>, string, string])[] = [
    ['caReferences', { entries: [] }, UNTRUSTED, 'no entry yet'],
    ['caReferences', { entries: [], issuerEntry: issuerEntry(true) }, UNTRUSTED, 'a name needs an entry of its own'],
    ['signingCertificates', { entries: [], issuerEntry: issuerEntry(true) }, 'move NO', 'trusted through its issuer'],
    ['signingCertificates', { issuerEntry: issuerEntry(false) }, 'move NO', 'trusted through its own entry'],
    ['signingCertificates', { ...UNPROVED, issuerEntry: issuerEntry(true) }, 'move NO', 'the issuer will do'],
    ['signingCertificates', UNPROVED, UNTRUSTED, 'its own proof will come'],
    ['signingCertificates', { entries: [] }, 'refuse embedded-untrusted', 'nothing will come'],
    [
      'signingCertificates',
      { entries: [], issuerEntry: issuerEntry(false) },
      'refuse embedded-untrusted',
      'nor proved',
    ],
    ['caReferences', { notAfter: days(-1) }, 'wait newest-not-valid', 'expired'],
    ['caReferences', { notAfter: NOW }, 'move NO', 'the last moment belongs to the validity'],
    [
      'caReferences',
      { certificate: { ...newest().certificate, notBefore: days(1) } },
      'wait newest-not-valid',
      'not valid yet',
    ],
  ];
  it.each(TRUST)('%s with N %j: %s (%s)', (field, given, wanted) => {
    expect(asks(field, 'O-', lineage({ newest: newest(given) }))).toBe(wanted);
    expect(asks(field, 'D-', lineage({ newest: newest(given) }))).toBe(wanted.replace('NO', 'N-'));
  });

  const TWICE = newest({ entries: [...newest().entries, entry({ name: 'again', isVerified: false })] });
  const named = (...names: (string | null)[]) => {
    const [primary = null, secondary = null] = names;
    return { attestation: { type: 'x509', x509: { caReferences: { primary, secondary } } } };
  };
  it.each([
    [['again'], UNTRUSTED],
    [['AGAIN', nameOf('F')], UNTRUSTED],
    [[nameOf('F'), 'again'], UNTRUSTED],
    [['again', nameOf('N')], 'settled'],
    [[nameOf('N')], 'settled'],
  ])('counts N as there only by a name that is verified: %j, %s', (names, wanted) => {
    expect(asks('caReferences', 'N-', lineage({ newest: TWICE }), wishes(), named(...names))).toBe(wanted);
  });

  it.each([
    [{ entries: [] }, UNTRUSTED],
    [{ entries: [], issuerEntry: issuerEntry(false) }, UNTRUSTED],
    [{ entries: [], issuerEntry: issuerEntry(true) }, 'settled'],
  ])('counts N as there only where DPS trusts it, embedded: %j, %s', (given, wanted) => {
    for (const pair of ['N-', 'NF', 'UN']) {
      expect(asks('signingCertificates', pair, lineage({ newest: newest(given) }))).toBe(wanted);
    }
    const leaf = { ...newest().certificate, isCa: false };
    const own = lineage({ newest: newest({ ...given, certificate: leaf }) });
    expect(asks('clientCertificates', 'N-', own)).toBe('settled');
  });

  it('writes the name of a verified entry, where there are several', () => {
    const entries = [entry({ name: 'by-hand', isVerified: false }), ...newest().entries];
    expect(asks('caReferences', 'O-', lineage({ newest: newest({ entries }) }))).toBe('move NO');
  });

  it('keeps the name that DPS trusts, where an older version is there under two', () => {
    const others = [
      former('O', { entries: [...former('O').entries, entry({ name: nameOf('F'), isVerified: false })] }),
    ];
    expect(asks('caReferences', 'OF', lineage({ others }))).toBe('move NO');
    expect(asks('caReferences', 'FO', lineage({ others }))).toBe('move NO');
    const untrusted = [
      former('O', { entries: others[0]?.entries.map((each) => ({ ...each, isVerified: false })) ?? [] }),
    ];
    expect(asks('caReferences', 'OF', lineage({ others: untrusted }))).toBe('move NF');
  });

  it('leaves an embedded certificate in its place whose content the vault did not give', () => {
    const unread = lineage({ others: [former('O', { certificate: undefined }), former('D')] });
    expect(asks('signingCertificates', 'O-', unread)).toBe('move ON');
    expect(asks('signingCertificates', 'OD', unread)).toBe('move ON');
    expect(asks('signingCertificates', '-O', unread)).toBe('move NO');
    expect(asks('caReferences', 'O-', unread)).toBe('move NO');
  });

  it('refuses a client certificate with another common name: DPS would take the device for another', () => {
    const certificate = { ...newest().certificate, subject: commonName('device-2') };
    const renamed = lineage({ newest: newest({ certificate }) });
    expect(asks('clientCertificates', 'O-', renamed)).toBe('refuse common-name-differs');
    expect(asks('clientCertificates', '-D', renamed)).toBe('refuse common-name-differs');
    expect(asks('clientCertificates', 'NO', renamed)).toBe('release N-');
    expect(asks('signingCertificates', 'O-', renamed)).toBe('move NO');
  });

  const MASKED = { customAllocationDefinition: { webhookUrl: 'https://app.example/api/allocate?****' } };
  it.each([
    ['O-', 'refuse webhook-masked'],
    ['NO', 'refuse webhook-masked'],
    ['N-', 'settled'],
    ['OF', TAKEN],
    ['F-', 'not-ours'],
  ])('refuses to write a masked webhook URL, where it would write: %s, %s', (pair, wanted) => {
    expect(asks('caReferences', pair, lineage(), wishes(), MASKED)).toBe(wanted);
  });

  it('writes the configured webhook URL in its place', () => {
    const webhookUrl = 'https://app.example/api/allocate?code=k';
    const asked = enrollment('caReferences', 'O-', MASKED);
    const decision = decideReference(asked, lineage(), wishes({ webhookUrl }), NOW);
    expect(decision).toMatchObject({ step: 'move', change: { webhookUrl } });
  });
});
