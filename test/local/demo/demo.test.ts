import process from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import { isListening } from '../../support/listening.ts';
import { type LocalProgram, portsIn, runCurlLine, startLocalProgram } from '../../support/local-program.ts';

const started: LocalProgram[] = [];

afterEach(() => {
  for (const program of started.splice(0)) program.dispose();
});

function demo(...args: string[]): LocalProgram {
  const program = startLocalProgram('demo', ...args);
  started.push(program);
  return program;
}

/** The last figure of the row of the call table that begins with `title`; other tables are indented less. */
function callsOf(out: string, title: string): number {
  return Number(new RegExp(`^ {5}${title} .* (\\d+)$`, 'm').exec(out)?.[1]);
}

/** What a run tells that came out well. */
function verifyStory(out: string): void {
  expect(out).not.toContain('\u001b');
  expect(out).not.toContain('✗');
  expect(out.match(/^ {2}✓ /gm)).toHaveLength(4 + 19); // Parts that start, and checks.
  const words = [
    'requested',
    'issued',
    'uploaded',
    'proven',
    ...Array<string>(3).fill('moved'),
    'trusted',
    'settled',
    // Where every device has moved; then where the straggler was.
    ...['released', 'released', 'settled', 'released', 'retired', 'settled'],
  ];
  const isSaid = (line: string) => words.find((word) => line.includes(` s  ${word} `)) ?? [];
  expect(out.split('\n').flatMap(isSaid)).toStrictEqual(words);
  expect(out).toMatch(/devices: 16 moved,\s+1 old, 0 unknown \(robot-17\)/);
  // A hub and its bar, all devices under the old CA, then in waves under the new one.
  expect(out.match(/^ {2}together +\d+ +\d+ +\d+$/gm)?.map((line) => line.match(/\d+/g)?.join())).toStrictEqual([
    '0,24,24',
    '10,14,24',
    '23,1,24',
    '24,0,24',
  ]);
  expect(out).toMatch(/^ {2}\+ {4}plant-a-ca-[0-9A-F]{8}… +plant-a-ca +[0-9A-F]{8}… +yes +730$/m);
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);

  const [scan, renewal] = [callsOf(out, 'scan'), callsOf(out, 'renewal')];
  expect(scan).toBeGreaterThan(0);
  expect(renewal).toBeGreaterThan(0);
  expect(renewal).toBeLessThanOrEqual(35); // Of two DPS.
  expect(callsOf(out, 'together')).toBe(scan + renewal);
}

/** What --keep promises: all addresses, until Ctrl-C, and then closes every port. */
async function verifyKept(program: LocalProgram): Promise<void> {
  const ports = portsIn(program.out());
  for (const port of ports) expect(await isListening(port)).toBe(true);
  const { length } = program.out();
  expect(await runCurlLine(program.out())).toBe(202);
  await program.printed('nothing to renew', length);
  const children = program.children();
  program.kill('SIGINT');
  expect(await program.ended()).toBe(130);
  await program.gone(children);
  for (const port of ports) expect(await isListening(port)).toBe(false);
  expect(program.leftFiles()).toStrictEqual([]);
}

describe('npm run demo, in a pipe', () => {
  it('renews the CA that is due and finds all as it should be, two of them at once, one of them up until Ctrl-C', async () => {
    const [ending, kept] = [demo(), demo('--keep')];
    await ending.printed('Before');
    const children = ending.children();
    expect(children.length).toBeGreaterThanOrEqual(2); // Azurite and the host.
    expect([await ending.ended(), ending.err()]).toStrictEqual([0, '']);
    await ending.gone(children);
    expect(ending.leftFiles()).toStrictEqual([]);
    verifyStory(ending.out());

    await kept.printed('Up until Ctrl-C.');
    const [story = ''] = kept.out().split('Azure on this machine');
    verifyStory(story);
    await verifyKept(kept);
  });

  it.each([
    ['while everything starts', 'from end to end'],
    ['while devices register', '24 devices register'],
    ['in the middle of the renewal', 'The tag paused is taken away'],
  ])('stops on Ctrl-C %s, with one line, and leaves nothing behind', async (_, moment) => {
    const program = demo();
    await program.printed(moment);
    const children = program.children();
    program.kill('SIGINT');
    expect([await program.ended(), program.err()]).toStrictEqual([130, '']);
    expect(program.out().endsWith('\n  Stopping everything.\n')).toBe(true);
    await program.gone(children);
    expect(program.leftFiles()).toStrictEqual([]);
  });

  it('--keep ends with 1 when what was kept has died, and says so', async () => {
    const program = demo('--keep');
    await program.printed('Up until Ctrl-C.');
    const children = program.children();
    for (const pid of children) process.kill(pid, 'SIGKILL');
    expect(await program.ended()).toBe(1);
    expect(program.out()).toMatch(/^ {2}(The Functions host|Azurite) ended with SIGKILL\.$/m);
    expect(program.out()).toContain('Something is not as it should be');
    expect(program.leftFiles()).toStrictEqual([]);
  });

  it('breaks off when the host dies in the middle of the story', async () => {
    const program = demo();
    await program.printed('The tag paused is taken away');
    for (const pid of program.children()) process.kill(pid, 'SIGKILL');
    expect(await program.ended()).toBe(1);
    expect(program.out()).toContain('Something is not as it should be');
    expect(program.leftFiles()).toStrictEqual([]);
  });

  it.each([
    ['--jason', /^Unknown option '--jason'/],
    ['fleet.json', /^Unexpected argument 'fleet.json'/],
  ])('refuses %s with one line and exit code 2', async (argument, message) => {
    const program = demo(argument);
    expect(await program.ended()).toBe(2);
    expect(program.out()).toBe('');
    expect(program.err()).toMatch(message);
    expect(program.err().trimEnd().split('\n')).toHaveLength(1);
  });

  it('--help explains itself', async () => {
    const program = demo('--help');
    expect([await program.ended(), program.err()]).toStrictEqual([0, '']);
    expect(program.out()).toContain('--keep');
  });
});
