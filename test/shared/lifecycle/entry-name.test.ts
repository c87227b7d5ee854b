import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryName } from '../../../shared/lifecycle/entry-name.ts';

const thumbprint = '0123456789ABCDEF0123456789ABCDEF01234567';

describe('entryName', () => {
  it('is the CA name and the thumbprint', () => {
    expect(entryName('plant-a-ca', thumbprint)).toBe(`plant-a-ca-${thumbprint}`);
  });

  it('stays within what DPS accepts, differs for each generation, and begins with the name of its CA, for every Key Vault name', () => {
    const names = fc.stringMatching(/^[0-9A-Za-z-]{1,127}$/);
    const thumbprints = fc.stringMatching(/^[0-9A-F]{40}$/);
    fc.assert(
      fc.property(names, thumbprints, (name, print) => {
        const entry = entryName(name, print);
        expect(entry).toMatch(/^[A-Za-z0-9-._]{1,64}$/);
        expect(entry.endsWith(print)).toBe(true);
        expect(entry.startsWith(name.slice(0, 23))).toBe(true);
      }),
    );
  });
});
