import { describe, expect, it } from 'vitest';
import { matches } from '../../../shared/allocation/matches.ts';
import { request, rulesOf } from '../../support/allocation-builders.ts';

const SHA1 = 'A0'.repeat(20);
const certificate = {
  issuerName: 'CN=plant-a-ca, O=Contoso',
  issuerThumbprints: [SHA1],
  thumbprints: ['B0'.repeat(20)],
  der: undefined,
};
const device = request({
  registrationId: 'HP-0017',
  certificate,
  payload: { model: { name: 'hp', year: 2031, beta: false, note: null }, tags: ['x'] },
});
const bare = request({ registrationId: 'hp-0018' });

describe('matches', () => {
  it.each([
    [{}, true],
    [{ enrollment: 'plant-a' }, true],
    [{ enrollment: 'PLANT-?' }, true],
    [{ enrollment: 'plant' }, false],
    [{ enrollment: ['x', 'plant-*'] }, true],
    [{ enrollment: ['x', 'y'] }, false],
    [{ registrationId: 'hp-*' }, true],
    [{ registrationId: 'hp-*', enrollment: 'x' }, false],
    [{ issuer: 'CN=plant-a-ca,O=Contoso' }, true],
    [{ issuer: 'cn=Plant-A-CA ,  o=contoso' }, true],
    [{ issuer: 'CN=plant-a-ca*' }, true],
    [{ issuer: 'CN=plant-a-ca' }, false],
    [{ issuerThumbprint: SHA1.toLowerCase() }, true],
    [{ issuerThumbprint: ['C0'.repeat(32), SHA1] }, true],
    [{ issuerThumbprint: 'B0'.repeat(20) }, false],
    [{ payload: { '/model/name': { equals: 'hp' } } }, true],
    [{ payload: { '/model/name': { equals: 'HP' } } }, false],
    [{ payload: { '/model/year': { equals: '2031' } } }, false],
    [{ payload: { '/model/year': { in: [2030, 2031] } } }, true],
    [{ payload: { '/model/beta': { equals: false } } }, true],
    [{ payload: { '/model/note': { equals: null } } }, true],
    [{ payload: { '/model/none': { equals: null } } }, false],
    [{ payload: { '/model/note': { exists: true } } }, true],
    [{ payload: { '/model/none': { exists: false } } }, true],
    [{ payload: { '/model/none': { exists: true } } }, false],
    [{ payload: { '/tags/0': { equals: 'x' }, '/model/year': { equals: 1 } } }, false],
    [{ payload: { '/tags': { in: ['x'] } } }, false],
  ])('%j: %s', (match, expected) => {
    const [rule] = rulesOf({ name: 'r', match });
    expect(rule && matches(rule.match, device)).toBe(expected);
  });

  it.each([
    [{ issuer: '*' }, false],
    [{ issuerThumbprint: SHA1 }, false],
    [{ payload: { '/model': { exists: true } } }, false],
    [{ payload: { '/model': { exists: false } } }, true],
    [{ payload: { '': { exists: false } } }, true],
  ])('%j for a device of which nothing is known: %s', (match, expected) => {
    const [rule] = rulesOf({ name: 'r', match });
    expect(rule && matches(rule.match, bare)).toBe(expected);
  });
});
