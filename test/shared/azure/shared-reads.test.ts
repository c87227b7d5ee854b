import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedReads } from '../../../shared/azure/shared-reads.ts';

/** Reads of one thing that are ended by hand, each with its number. */
function readsByHand() {
  const open: { resolve: (number: number) => void; reject: (error: Error) => void }[] = [];
  let begun = 0;
  const share = sharedReads();
  return {
    begun: () => begun,
    ask: (what = 'list') =>
      share(what, () => {
        begun += 1;
        return new Promise<number>((resolve, reject) => open.push({ resolve, reject }));
      }),
    end: async (index: number) => {
      open[index]?.resolve(index + 1);
      await new Promise(setImmediate);
    },
    fail: async (index: number) => {
      open[index]?.reject(new Error('out of order'));
      await new Promise(setImmediate);
    },
  };
}

describe('a read that many want', () => {
  it('is the next one for all who ask while one is under way', async () => {
    const { ask, end, begun } = readsByHand();
    const asked = [ask(), ask(), ask()];
    expect(begun()).toBe(1);
    await end(0);
    expect(begun()).toBe(2);
    await end(1);
    expect(await Promise.all(asked)).toEqual([1, 2, 2]);
  });

  it('begins at once when none is under way any more', async () => {
    const { ask, end, begun } = readsByHand();
    const first = ask();
    await end(0);
    const second = ask();
    expect(begun()).toBe(2);
    await end(1);
    expect([await first, await second]).toEqual([1, 2]);
  });

  it('fails for those alone who share it', async () => {
    const { ask, end, fail } = readsByHand();
    const [first, second] = [ask(), ask()];
    const failed = expect(first).rejects.toThrow('out of order');
    await fail(0);
    await failed;
    await end(1);
    expect(await second).toBe(2);
  });

  it('is not shared with who wants something else', async () => {
    const { ask, begun } = readsByHand();
    void ask('entries');
    void ask('state');
    expect(begun()).toBe(2);
  });

  it('never began before it was asked for, whatever the order', async () => {
    const order = fc.array(fc.constantFrom('ask', 'end'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(order, async (steps) => {
        const { ask, end, begun } = readsByHand();
        const answers: Promise<void>[] = [];
        let ended = 0;
        for (const step of steps) {
          const before = begun();
          if (step === 'ask') answers.push(ask().then((number) => expect(number).toBeGreaterThan(before)));
          else if (ended < before) await end(ended++);
        }
        while (ended < begun()) await end(ended++);
        await Promise.all(answers);
      }),
    );
  });
});
