import { describe, expect, it } from 'vitest';
import { differingCommonName } from '../../../../shared/lifecycle/reference-common-name.ts';
import { commonName } from '../../../../shared/x509/name.ts';

describe('differingCommonName', () => {
  it.each([
    ['CN=device-1', 'device-1'],
    ['cn = device-1 ', 'device-1'],
    ['O=Contoso, CN=device-1', 'device-1'],
    ['CN=device-1,O=Contoso', 'device-1'],
    ['OU=a+CN=device-1, C=DE', 'device-1'],
    ['2.5.4.3=device-1', 'device-1'],
    ['CN="a, b"', 'a, b'],
    ['CN="say ""hi"""', 'say "hi"'],
    ['CN=a\\, b', 'a, b'],
    ['O="x, CN=other", CN=device-1', 'device-1'],
    ['O=x\\, CN\\=other, CN=device-1', 'device-1'],
    ['CN=a=b', 'a=b'],
  ])('%s has the CN %s', (subjectName, cn) => {
    expect(differingCommonName(commonName(cn), subjectName)).toBeUndefined();
  });

  it.each([
    ['CN=device-2', 'its CN is "device-1", the enrollment holds one "device-2"'],
    ['CN=Device-1', 'its CN is "device-1", the enrollment holds one "Device-1"'],
    ['CN=device-1, CN=device-2', 'its CN is "device-1", the enrollment holds one "device-1, device-2"'],
    ['O="x, CN=device-1"', 'its CN is "device-1", the enrollment holds one ""'],
    ['', 'its CN is "device-1", the enrollment holds one ""'],
    ['device-1', 'its CN is "device-1", the enrollment holds one that cannot be read'],
    ['CN="device-1', 'its CN is "device-1", the enrollment holds one that cannot be read'],
    [undefined, 'its CN is "device-1", the enrollment holds one that cannot be read'],
  ])('%s is another name than CN=device-1', (subjectName, wanted) => {
    expect(differingCommonName(commonName('device-1'), subjectName)).toBe(wanted);
  });

  it('does not take a name with a second CN for the one', () => {
    const [one, two] = [commonName('device-1').subarray(2), commonName('x').subarray(2)];
    const both = new Uint8Array([0x30, one.length + two.length, ...one, ...two]);
    expect(differingCommonName(both, 'CN=device-1')).toContain('its CN is "device-1, x"');
  });

  it('does not take two names without a CN for the same', () => {
    expect(differingCommonName(new Uint8Array([0x30, 0x00]), 'O=Contoso')).toContain('its CN is ""');
  });
});
