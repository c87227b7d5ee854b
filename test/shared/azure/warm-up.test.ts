import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { warmUp } from '../../../shared/azure/warm-up.ts';

/** A call that the test ends; `started` tells which have begun, in order. */
function calls() {
  const started: string[] = [];
  const call = (name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const begin = () => {
      started.push(name);
      return promise;
    };
    return { begin, succeed: () => resolve(name), fail: reject };
  };
  return { started, call };
}

const answered = (statusCode: number) => Object.assign(new Error('answered'), { statusCode });

describe('warmUp', () => {
  it('lets the first call end before any other starts, then all run freely', async () => {
    const { started, call } = calls();
    const warm = warmUp();
    const [first, second, third] = [call('first'), call('second'), call('third')];
    const running = [first, second, third].map(({ begin }) => warm(begin));
    await setImmediate();
    expect(started).toStrictEqual(['first']);
    first.succeed();
    await setImmediate();
    expect(started).toStrictEqual(['first', 'second', 'third']);
    second.succeed();
    third.succeed();
    expect(await Promise.all(running)).toStrictEqual(['first', 'second', 'third']);
  });

  it('takes an error answer for an answer, and hands it to its caller alone', async () => {
    const { started, call } = calls();
    const warm = warmUp();
    const [first, second, third] = [call('first'), call('second'), call('third')];
    const failing = warm(first.begin);
    const running = [second, third].map(({ begin }) => warm(begin));
    const error = answered(404);
    first.fail(error);
    await expect(failing).rejects.toBe(error);
    await setImmediate();
    expect(started).toStrictEqual(['first', 'second', 'third']);
    second.succeed();
    third.succeed();
    expect(await Promise.all(running)).toStrictEqual(['second', 'third']);
  });

  it('goes on one by one for as long as no answer comes', async () => {
    const { started, call } = calls();
    const warm = warmUp();
    const [first, second, third] = [call('first'), call('second'), call('third')];
    const running = [first, second, third].map(({ begin }) => warm(begin));
    first.fail(new Error('connect ECONNREFUSED'));
    await expect(running[0]).rejects.toThrow('ECONNREFUSED');
    await setImmediate();
    expect(started).toStrictEqual(['first', 'second']);
    second.succeed();
    await setImmediate();
    expect(started).toStrictEqual(['first', 'second', 'third']);
    third.succeed();
    expect(await Promise.all(running.slice(1))).toStrictEqual(['second', 'third']);
  });

  it('warms each client for itself', async () => {
    const { started, call } = calls();
    const [first, second] = [call('first'), call('second')];
    const running = [warmUp()(first.begin), warmUp()(second.begin)];
    await setImmediate();
    expect(started).toStrictEqual(['first', 'second']);
    first.succeed();
    second.succeed();
    await Promise.all(running);
  });
});
