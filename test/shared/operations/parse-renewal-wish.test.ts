import { describe, expect, it } from 'vitest';
import { parseRenewalWish } from '../../../shared/operations/parse-renewal-wish.ts';

const parse = (body: unknown) =>
  parseRenewalWish(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)));
const vaultUrl = 'https://kv-fleet.vault.azure.net';
const vaultFault = 'vault: must be the URL of a vault, https://NAME.vault.azure.net';

describe('what POST /api/renew is asked for', () => {
  it.each([
    ['a name', { ca: 'plant-a-ca' }, { ca: 'plant-a-ca', vaultUrl: undefined, force: false }],
    ['a name and its vault', { ca: 'a', vault: vaultUrl }, { ca: 'a', vaultUrl, force: false }],
    ['a vault with a slash behind it', { ca: 'a', vault: `${vaultUrl}/` }, { ca: 'a', vaultUrl, force: false }],
    [
      'a vault in capitals',
      { ca: 'a', vault: 'HTTPS://KV-Fleet.Vault.Azure.Net' },
      { ca: 'a', vaultUrl, force: false },
    ],
    ['force', { ca: 'a', force: true }, { ca: 'a', vaultUrl: undefined, force: true }],
    [
      'force on one version',
      { ca: 'a', force: 'ab'.repeat(20) },
      { ca: 'a', vaultUrl: undefined, force: 'AB'.repeat(20) },
    ],
    ['no force', { ca: 'a', force: false }, { ca: 'a', vaultUrl: undefined, force: false }],
  ])('%s is read', (_, body, wish) => {
    expect(parse(body)).toEqual({ wish });
  });

  it.each([
    ['nothing', '', ['the body: must be JSON in UTF-8, and cannot be read as that (0 octets)']],
    ['a text', '"plant-a-ca"', ['the body: must be an object, and is "plant-a-ca"']],
    [
      'no name',
      {},
      ['ca: must be the name of a certificate in Key Vault, 1 to 127 letters, digits and hyphens, and is missing'],
    ],
    ['a path for a name', { ca: '../keys/a' }, [expect.stringMatching(/^ca: .+, and is "\.\.\/keys\/a"$/)]],
    ['plain http', { ca: 'a', vault: 'http://kv-fleet.vault.azure.net' }, [vaultFault]],
    ['a path below a vault', { ca: 'a', vault: `${vaultUrl}/certificates/a` }, [vaultFault]],
    ['a key in the URL, which is not repeated', { ca: 'a', vault: `${vaultUrl}/?sig=s3cret` }, [vaultFault]],
    ['a number for a vault', { ca: 'a', vault: 1 }, [vaultFault]],
    ['a slip in a name', { ca: 'a', forced: true }, ['the body.forced: is not known here, only ca, vault, force are']],
    [
      'everything at once',
      { ca: 1, vault: 2, force: 'yes' },
      [
        expect.stringMatching(/^ca: .+, and is 1$/),
        vaultFault,
        'force: must be true, false, or the thumbprint of the version to be replaced, and is "yes"',
      ],
    ],
  ])('%s is refused with every fault', (_, body, faults) => {
    expect(parse(body)).toEqual({ faults });
  });

  it('a body larger than any wish is not read', () => {
    expect(parse(`{"ca":"${'a'.repeat(100_000)}"}`)).toEqual({
      faults: [expect.stringMatching(/^the body: must be at most 98304 octets long/)],
    });
  });
});
