import { beforeAll, describe, expect, it } from 'vitest';
import { foreignRequest } from '../../../shared/lifecycle/foreign-request.ts';
import type { Observed } from '../../../shared/lifecycle/observed.ts';
import { generation, observed, tags } from '../../support/builders.ts';
import { certificationRequest } from '../../support/certification-request.ts';

type Request = Awaited<ReturnType<typeof certificationRequest>>;

const SUBJECT = 'CN=Fleet Root, O=Contoso';
const SELF = { kind: 'self' } as const;

let own: Request;
let other: Request;
let larger: Request;
let elsewhere: Request;
let short: Request;
beforeAll(async () => {
  own = await certificationRequest(SUBJECT, 'P-256');
  other = await certificationRequest(SUBJECT, 'P-256');
  larger = await certificationRequest(SUBJECT, 'P-384');
  elsewhere = await certificationRequest('CN=Elsewhere', 'P-256');
  short = await certificationRequest('CN=plant-a-ca', 'P-256');
});

const NEW = { 'renew-key': 'new' };
const SAME = { 'renew-key': 'same' };

function decide(csr: Uint8Array | undefined, tagged: Record<string, string>, vault: Partial<Observed['vault']> = {}) {
  const generations = [generation({ subject: own.subject, spki: own.spki })] as const;
  const given = observed({ tags: tags(tagged) }, { generations, ...vault });
  return foreignRequest(given, { requestId: 'r', issuerName: 'Unknown', csr });
}

describe('a pending request is ours', () => {
  it.each<[string, () => string | undefined]>([
    ['for a subordinate with a new key', () => decide(other.csr, NEW)],
    ['for the key to keep', () => decide(own.csr, SAME)],
    ['for a root that keeps its key', () => decide(own.csr, SAME, { issuer: SELF })],
    [
      "for the seed's key",
      () => decide(other.csr, NEW, { issuer: SELF, seeds: [generation({ spki: other.spki }, 'seed')] }),
    ],
    ['with a new key, where the issuer is in no vault', () => decide(other.csr, NEW, { issuer: { kind: 'missing' } })],
  ])('%s', (_, decided) => {
    expect(decided()).toBeUndefined();
  });

  it('with the short subject where Key Vault could not take the own one, and then with no other', () => {
    const tooLong = (csr: Uint8Array) => {
      // Of any name that has a comma in it; its text needs an escape.
      const subject = Buffer.from(own.subject);
      subject.write(',', subject.indexOf('Fleet') + 5, 'latin1');
      const generations = [generation({ subject: new Uint8Array(subject), spki: own.spki })] as const;
      return decide(csr, NEW, { generations });
    };
    expect(tooLong(short.csr)).toBeUndefined();
    expect(tooLong(own.csr)).toBe('its subject is another');
    expect(decide(short.csr, NEW)).toBe('its subject is another');
  });
});

describe('a pending request is foreign', () => {
  it.each<[string, () => string | undefined, string]>([
    [
      'with an exportable key',
      () => decide(own.csr, SAME, { keyPolicy: { keyType: 'EC', reuseKey: true, exportable: true } }),
      'its key is exportable',
    ],
    ['without a CSR', () => decide(undefined, NEW), 'it shows no CSR'],
    ['with another subject', () => decide(elsewhere.csr, NEW), 'its subject is another'],
    ['with another kind of key', () => decide(larger.csr, NEW), 'its key is {"kty":"EC","curve":"P-384"}'],
    ['with another key than the one to keep', () => decide(other.csr, SAME), 'its key is not the one to keep'],
    ['for a root that has no seed', () => decide(other.csr, NEW, { issuer: SELF }), "its key is not the seed's"],
    [
      "for a root, with another key than the seed's",
      () => decide(other.csr, NEW, { issuer: SELF, seeds: [generation({ spki: short.spki }, 'seed')] }),
      "its key is not the seed's",
    ],
    [
      "for a root, with an older seed's key: the newest is the one that a request would have got",
      () =>
        decide(other.csr, NEW, {
          issuer: SELF,
          seeds: [generation({ spki: short.spki }, 's2'), generation({ spki: other.spki }, 's1')],
        }),
      "its key is not the seed's",
    ],
    ['with a CSR that is none', () => decide(new Uint8Array([1, 2, 3]), NEW), 'its CSR cannot be read: '],
    [
      'with a CSR that nobody signed',
      () => decide(new Uint8Array(other.csr).with(-1, 0), NEW),
      'its CSR cannot be read: ',
    ],
  ])('%s', (_, decided, text) => {
    expect(decided()).toContain(text);
  });
});
