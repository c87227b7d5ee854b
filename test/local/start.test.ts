import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import { isListening } from '../support/listening.ts';
import { type LocalProgram, portsIn, runCurlLine, startLocalProgram } from '../support/local-program.ts';

const started: LocalProgram[] = [];
const UP = 'Events and errors of the app, until Ctrl-C';

afterEach(() => {
  for (const program of started.splice(0)) program.dispose();
});

function start(...args: string[]): LocalProgram {
  const program = startLocalProgram('start', ...args);
  started.push(program);
  return program;
}

function commandOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  if (existsSync(file)) return readFileSync(file, 'utf8');
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
}

describe('npm start', () => {
  it('prints addresses that listen, a scan to paste, and events as they happen, until it is stopped', async () => {
    const program = start();
    await program.printed(UP);
    const ports = portsIn(program.out());
    for (const port of ports) expect(await isListening(port)).toBe(true);
    expect(program.out()).toMatch(/^export AzureWebJobsStorage='DefaultEndpointsProtocol=http;AccountName=.*'$/m);
    expect(program.out()).toMatch(/^ +scan +timer 0 0 \* \* \* \*$/m);
    expect(program.out()).toMatch(/^ +allocate +http:\/\/127\.0\.0\.1:\d+\/api\/allocate\?code=\S+$/m);
    expect(await runCurlLine(program.out())).toBe(202);
    await program.printed('  settled    plant-a-ca');

    const children = program.children();
    program.kill('SIGTERM');
    expect([await program.ended(), program.err()]).toStrictEqual([0, '']);
    expect(program.out()).not.toContain('\u001b');
    await program.gone(children);
    for (const port of ports) expect(await isListening(port)).toBe(false);
    expect(program.leftFiles()).toStrictEqual([]);
  });

  it.each([
    ['host/main.ts', 'The Functions host ended with SIGKILL.'],
    ['azurite-child.ts', 'Azurite ended with SIGKILL.'],
  ])('ends with 1 when %s has died, and says so', async (file, sentence) => {
    const program = start('--empty');
    await program.printed(UP);
    const children = program.children();
    for (const pid of children.filter((each) => commandOf(each).includes(file))) process.kill(pid, 'SIGKILL');
    expect(await program.ended()).toBe(1);
    expect(program.out()).toContain(sentence);
    await program.gone(children);
    expect(program.leftFiles()).toStrictEqual([]);
  });

  it('--empty has nothing to manage, and the scan says so', async () => {
    const program = start('--empty');
    await program.printed(UP);
    expect(await runCurlLine(program.out())).toBe(202);
    await program.printed('0 managed: nothing to renew');
    program.kill('SIGINT');
    expect(await program.ended()).toBe(130);
  });

  it.each([
    [['--seed', 'nowhere.json'], /^Cannot read the seed file 'nowhere.json': ENOENT/],
    [['--seed', 'x', '--empty'], /^--seed and --empty exclude each other/],
    [['--jason'], /^Unknown option '--jason'/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const program = start(...args);
    expect(await program.ended()).toBe(2);
    expect(program.out()).toBe('');
    expect(program.err()).toMatch(message);
  });
});
