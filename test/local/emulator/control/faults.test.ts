import { describe, expect, it } from 'vitest';
import { armFaults, type Fault, parseFaults } from '../../../../local/emulator/control/faults.ts';

const SIGN = { service: 'keyVault', instance: 'kv-1', method: 'POST', path: '/keys/ca/1/sign' } as const;
const EFFECT = { status: 429, retryAfter: 1 };

/** Which of `count` equal requests are hit. */
function hits(fault: Omit<Fault, 'effect'>, count = 5): number[] {
  const effectOn = armFaults([{ ...fault, effect: EFFECT }]);
  return Array.from({ length: count }, (_, index) => index).filter(() => effectOn(SIGN) !== undefined);
}

describe('a fault', () => {
  const cases: [string, Omit<Fault, 'effect'>, number[]][] = [
    ['hits the first request and no other by default', { service: 'keyVault' }, [0]],
    ['skips as many as it says', { service: 'keyVault', skip: 2 }, [2]],
    ['hits as many as it says', { service: 'keyVault', skip: 1, times: 2 }, [1, 2]],
    ['spares another service', { service: 'identity', times: 9 }, []],
    ['spares another method', { service: 'keyVault', method: 'GET', times: 9 }, []],
    ['knows its method in any case', { service: 'keyVault', method: 'post' }, [0]],
    ['spares another vault', { service: 'keyVault', instance: 'kv-2', times: 9 }, []],
    ['knows its vault in any case', { service: 'keyVault', instance: 'KV-1' }, [0]],
    ['spares another path', { service: 'keyVault', path: '/certificates/', times: 9 }, []],
    ['finds its path by regular expression in any case', { service: 'keyVault', path: '^/KEYS/[^/]+/.*sign$' }, [0]],
  ];
  it.each(cases)('%s', (_, fault, expected) => {
    expect(hits(fault)).toStrictEqual(expected);
  });

  it('leaves a request to the next in the list while it skips and when it is used up', () => {
    const effectOn = armFaults([
      { service: 'keyVault', skip: 1, effect: { status: 500 } },
      { service: 'keyVault', times: 2, effect: { drop: 'before' } },
    ]);
    expect([1, 2, 3, 4].map(() => effectOn(SIGN))).toStrictEqual([
      { drop: 'before' },
      { status: 500 },
      { drop: 'before' },
      undefined,
    ]);
  });

  it('arms again from the beginning each time', () => {
    const fault: Fault = { service: 'keyVault', effect: EFFECT };
    expect(armFaults([fault])(SIGN)).toStrictEqual(EFFECT);
    expect(armFaults([fault])(SIGN)).toStrictEqual(EFFECT);
  });
});

describe('a list of faults', () => {
  it('is taken with every effect there is', () => {
    const effects = [
      { status: 412 },
      { status: 503, retryAfter: 0.5 },
      { drop: 'after' },
      { delayMs: 0 },
      { truncate: true },
      { contentType: 'text/html' },
      { contentType: 'application/xhtml+xml', status: 502 },
      { expireToken: true },
      { stale: true },
    ];
    const faults = effects.map((effect) => ({
      service: 'resourceManager',
      instance: 'resource-manager',
      method: 'PUT',
      path: 'certificates',
      skip: 0,
      times: 1,
      effect,
    }));
    expect(parseFaults(faults)).toStrictEqual({ faults });
  });

  it('is refused with every fault in it named', () => {
    const parsed = parseFaults([
      { service: 'vault', effect: { status: 200 } },
      { service: 'keyVault', path: '(', times: 0, effect: { drop: 'during' } },
      { service: 'keyVault', effect: { status: 500, drop: 'after' }, extra: 1 },
    ]);
    const errors = 'errors' in parsed ? parsed.errors : [];
    expect(errors.map((error) => error.split(':')[0])).toStrictEqual([
      '[0].service',
      '[0].effect.status',
      '[1].path',
      '[1].times',
      '[1].effect',
      '[2].effect',
      '[2]',
    ]);
    expect(errors.join()).toContain('"(" is not a regular expression');
  });

  it.each([
    { truncate: false },
    { contentType: 'html' },
    { contentType: 'text/html; charset=utf-8' },
    { contentType: 'text/html', status: 100 },
    { contentType: 'text/html', retryAfter: 1 },
    { expireToken: 1 },
    { stale: true, truncate: true },
    {},
  ])('is refused for the effect %j', (effect) => {
    expect(parseFaults([{ service: 'keyVault', effect }])).toStrictEqual({
      errors: [expect.stringMatching(/^\[0\]\.effect/)],
    });
  });

  it.each([undefined, null, {}, 'x'])('is refused when it is %j', (value) => {
    expect(parseFaults(value)).toStrictEqual({ errors: [expect.stringMatching(/^the list: /)] });
  });
});
