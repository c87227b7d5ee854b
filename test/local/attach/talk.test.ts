import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTalk } from '../../../local/attach/talk.ts';

function streams(isTerminal: boolean) {
  const make = () => Object.assign(new PassThrough(), { isTTY: isTerminal });
  return { stdin: make(), stdout: make(), stderr: make() };
}
const textOf = (stream: PassThrough) => String(stream.read() ?? '');
const NO_FLAGS = { yes: false, json: false };

describe('whoever called', () => {
  it.each([
    ['y\n', 'yes'],
    [' YES \n', 'yes'],
    ['n\n', 'no'],
    ['\n', 'no'],
    ['yesterday\n', 'no'],
    ['', 'no'], // The end of the input: Ctrl-D.
  ])('is asked on a terminal, where %j is %s', async (typed, answer) => {
    const terminal = streams(true);
    const confirmed = createTalk(terminal, NO_FLAGS).confirm('Write this? (y/N) ');
    terminal.stdin.end(typed);
    expect(await confirmed).toBe(answer);
    expect(textOf(terminal.stdout)).toContain('Write this? (y/N) ');
    expect(textOf(terminal.stderr)).toBe('');
  });

  it.each([
    ['without a terminal', false, NO_FLAGS, 'there is no terminal to ask on'],
    ['with --json, even on one', true, { yes: false, json: true }, 'with --json nobody is asked'],
  ])('is told to add --yes %s', async (_, isTerminal, flags, why) => {
    const given = streams(isTerminal);
    expect(await createTalk(given, flags).confirm('?')).toBe('nobody');
    expect(textOf(given.stderr)).toMatch(`Nothing was changed: ${why}. Look at the differences, then add --yes.\n`);
    expect(textOf(given.stdout)).toBe('');
  });

  it('is not asked with --yes', async () => {
    const given = streams(true);
    expect(await createTalk(given, { yes: true, json: false }).confirm('?')).toBe('yes');
    expect(textOf(given.stdout)).toBe('');
  });

  it.each([
    [true, '{\n  "a": 1\n}\n'],
    [false, 'one\ntwo\n'],
  ])('reads either data or lines: --json %s', (json, expected) => {
    const given = streams(false);
    const talk = createTalk(given, { yes: false, json });
    talk.lines(['one', 'two']);
    talk.data({ a: 1 });
    expect(textOf(given.stdout)).toBe(expected);
  });
});
