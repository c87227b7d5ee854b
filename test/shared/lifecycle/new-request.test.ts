import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AskedKey } from '../../../shared/lifecycle/asked-key.ts';
import { newRequest } from '../../../shared/lifecycle/new-request.ts';
import type { Certificate } from '../../../shared/x509/certificate.ts';
import { days, generation, observed } from '../../support/builders.ts';
import { ATTRIBUTE, attribute, nameDer, utf8 } from '../../support/tlv.ts';

const { CN, O } = ATTRIBUTE;
const subject = nameDer([attribute(O, 0x0c, utf8('Contoso'))], [attribute(CN, 0x0c, utf8('Plant A'))]);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'der' });

function ask(
  given: Partial<Certificate> = {},
  { key = 'new', keyType = 'EC' }: { key?: AskedKey; keyType?: string } = {},
) {
  const newest = { ...generation({ subject, ...given }), tags: { owner: 'pki' } };
  const keyPolicy = { keyType, reuseKey: true, exportable: true };
  return newRequest(observed({}, { generations: [newest, generation()], keyPolicy }), key);
}

describe('the request for a new version', () => {
  it('is for the newest generation once more, with its tags', () => {
    expect(ask()).toEqual({
      subject: 'CN=Plant A,O=Contoso',
      key: { keyType: 'EC', curve: 'P-256', reuseKey: false },
      keyUsage: ['keyCertSign', 'cRLSign'],
      validityInMonths: 12,
      tags: { owner: 'pki' },
    });
  });

  it.each<[AskedKey, boolean]>([
    ['same', true],
    ['new', false],
    ['seed', false],
  ])('for the key %s says reuse_key %s, whatever the policy said', (key, reuseKey) => {
    expect(ask({}, { key }).key.reuseKey).toBe(reuseKey);
  });

  it.each([
    ['RSA', rsa, { keyType: 'RSA', size: 2048 }],
    ['RSA-HSM', rsa, { keyType: 'RSA-HSM', size: 2048 }],
    ['EC', p384, { keyType: 'EC', curve: 'P-384' }],
    ['EC-HSM', p384, { keyType: 'EC-HSM', curve: 'P-384' }],
    // The policy may have been changed since; the certificate counts.
    ['RSA', p384, { keyType: 'EC', curve: 'P-384' }],
  ])('under a policy with %s keys asks for a key like the one there is', (keyType, spki, expected) => {
    expect(ask({ spki: new Uint8Array(spki) }, { keyType }).key).toEqual({ ...expected, reuseKey: false });
  });

  it.each([
    [[], ['keyCertSign', 'cRLSign']],
    [['keyCertSign'], ['keyCertSign']],
    [
      ['digitalSignature', 'keyCertSign'],
      ['digitalSignature', 'keyCertSign'],
    ],
  ])('with the key usages %j asks for %j', (keyUsage, expected) => {
    expect(ask({ keyUsage }).keyUsage).toEqual(expected);
  });

  it.each([
    [0.5, 1],
    [45, 1],
    [46, 2],
    [365, 12],
    [730, 24],
    [3653, 120],
    [10_000, 120],
  ])('for a certificate of %f days says %i months', (lifetime, months) => {
    expect(ask({ notBefore: days(-lifetime), notAfter: days(0) }).validityInMonths).toBe(months);
  });
});
