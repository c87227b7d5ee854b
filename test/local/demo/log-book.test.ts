import { expect, it } from 'vitest';
import { createLogBook } from '../../../local/demo/log-book.ts';
import type { LogRecord } from '../../../local/host/log.ts';

const record = (message: string): LogRecord => ({ at: '2026-11-21T21:33:40.405Z', level: 'information', message });
const numberIn = ({ message }: LogRecord) => (/^\d+$/.test(message) ? Number(message) : undefined);

function waitFor(book: ReturnType<typeof createLogBook>, find: (record: LogRecord) => number | undefined, from = 0) {
  return book.first(find, { from, limitInMs: 60_000, what: 'a number' });
}

it('finds what is there already, from the given position on', async () => {
  const book = createLogBook();
  for (const message of ['1', 'x', '2']) book.add(record(message));
  expect(await waitFor(book, numberIn)).toBe(1);
  expect(await waitFor(book, numberIn, 1)).toBe(2);
});

it('finds what comes later, and once only', async () => {
  const book = createLogBook();
  const found = waitFor(book, numberIn);
  for (const message of ['x', '3', '4']) book.add(record(message));
  expect(await found).toBe(3);
});

it('stops waiting when the search throws', async () => {
  const book = createLogBook();
  const found = waitFor(book, () => {
    throw new Error('it failed');
  });
  book.add(record('x'));
  await expect(found).rejects.toThrow('it failed');
});

it('says for what and how long it has waited in vain', async () => {
  const found = createLogBook().first(numberIn, { from: 0, limitInMs: 1, what: 'a number' });
  await expect(found).rejects.toThrow('Waited in vain for a number: it did not come within 0.001 s');
});
