import { describe, expect, it } from 'vitest';
import { gainsEnough, isValidAt, renewedValidity } from '../../../shared/lifecycle/renewed-validity.ts';
import { certificate, DAY, days, NOW } from '../../support/builders.ts';

const issuer = certificate({ notBefore: days(-3650), notAfter: days(3650) });

describe('renewedValidity', () => {
  it('is back-dated by ten minutes, as long as the predecessor, and in whole seconds', () => {
    const now = new Date(NOW.getTime() + 999);
    const { notBefore, notAfter } = renewedValidity([certificate()], issuer.notAfter, now);
    expect(notBefore).toEqual(new Date('2030-06-15T11:50:00Z'));
    expect(notAfter.getTime() - notBefore.getTime()).toBe(365 * DAY);
  });

  it('is as long as the longest generation, so that a cap by the issuer does not shrink it for ever', () => {
    const capped = certificate({ notBefore: days(-100), notAfter: days(20) });
    const { notBefore, notAfter } = renewedValidity([capped, certificate()], issuer.notAfter, NOW);
    expect(notAfter.getTime() - notBefore.getTime()).toBe(365 * DAY);
  });

  it('never outlives its issuer', () => {
    const { notAfter } = renewedValidity([certificate()], days(90), NOW);
    expect(notAfter).toEqual(days(90));
  });
});

describe('gainsEnough', () => {
  // 2% of 365 days are 7.3 days; the predecessor ends in 65 days
  it.each([
    [72, false],
    [73, true],
    [65, false],
    [30, false],
  ])('a renewal that ends in %i days: %s', (end, enough) => {
    expect(gainsEnough({ notBefore: NOW, notAfter: days(end) }, certificate())).toBe(enough);
  });
});

describe('isValidAt', () => {
  it.each([
    [days(-301), false],
    [days(-300), true],
    [days(65), true],
    [new Date(days(65).getTime() + 1), false],
  ])('%s: %s (both ends belong to the validity, RFC 5280 section 4.1.2.5)', (moment, valid) => {
    expect(isValidAt(certificate(), moment)).toBe(valid);
  });
});
