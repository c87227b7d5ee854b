import { describe, expect, it } from 'vitest';
import { createDrain } from '../../../local/host/drain.ts';

describe('a drain', () => {
  it('waits for what is under way, failures and what that begins in turn included', async () => {
    const drain = createDrain();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const outcome = drain.track(first.promise.then(() => void drain.track(second.promise))).catch(() => {});
    drain.track(Promise.reject(new Error('somebody else reports it'))).catch(() => {});
    const waited = drain.wait(60_000);
    first.resolve();
    await outcome;
    second.resolve();
    expect(await waited).toBe(0);
  });

  it('gives up after the limit, and says how much is left', async () => {
    const drain = createDrain();
    for (let count = 0; count < 2; count += 1) void drain.track(new Promise(() => {}));
    expect(await drain.wait(10)).toBe(2);
  });
});
