import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const RUN = fileURLToPath(new URL('../../local/run.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'simulate-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function simulate(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, 'simulate', ...args], {
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
    cwd: folder,
  });
  return { code: status, out: stdout, err: stderr };
}

function file(name: string, content: string | object): string {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

const RULES = file('rules.json', {
  rules: [
    { name: 'recalled', match: { payload: { '/firmware': { equals: '1.0.3' } } }, deny: 'Update by cable first.' },
    { name: 'pumps', match: { registrationId: 'hp-*' }, hubs: { 'hub-a': 3, 'hub-b': 1 } },
    { name: 'toasters', match: { enrollment: 'toast*' }, hubs: ['hub-c'], sticky: false },
  ],
});
const CSV =
  'registrationId,currentHub,enrollment\nhp-1,hub-a\nhp-2,HUB-B\nt-1,hub-a,toasters\n\nt-2,hub-c,toasters\nx-1,old\nx-2\n';

describe('npm run simulate', () => {
  it('shows where a fleet would go: per hub, by rule, moves and denials', () => {
    const lines = [...CSV.split('\n').slice(0, -1), '{"registrationId":"hp-3","payload":{"firmware":"1.0.3"}}'];
    const registrations = file('devices', `${lines.join('\r\n')}\r\n`);
    const { code, out, err } = simulate([
      '--rules',
      RULES,
      '--hubs',
      'hub-a=2,hub-c',
      '--registrations',
      registrations,
    ]);
    expect([code, err]).toStrictEqual([0, '']);
    expect(out).toBe(`
  Where the devices would go
  7 devices from devices, by 3 rules from rules.json.

  Devices per hub
  hub                             devices  share  by weight
  hub-a  ████████████████████  │        3  50.0%      55.6%
  hub-c  ██████████████████│██          3  50.0%      44.4%

  │ is where the weights alone would have it

  By rule
  rule      devices  allocated  moved  denied
  recalled        1          0      0       1
  pumps           2          2      1       0
  toasters        2          2      1       0
  default         2          2      1       0

  Against the present assignment
  stay where they are     2
  move to another hub     3
  are new and get a hub   1
  are new and are denied  1

  Moves
  from   to     devices
  hub-b  hub-a        1
  hub-a  hub-c        1
  old    hub-c        1

  Denials
  1 rule-denied by rule recalled
    Update by cable first.
    For example hp-3.

  Worth knowing
  The rules name hubs that are not linked, and so never used: hub-b.

`);
  });

  it('names rules that decide on nobody, and prints colours on a terminal only', () => {
    const { out } = simulate(['--rules', RULES, '--count', '10']);
    expect(out).toContain('Rules that decide on none of these devices: recalled, pumps, toasters.');
    expect(out).not.toContain('\u001b');
  });

  it('makes devices up where none are given, and uses the default rule', () => {
    const { code, out } = simulate(['--hubs', 'a=2,b,c=0', '--count', '3000', '--json']);
    const { sources, devices, hubs, rules, assignments } = JSON.parse(out);
    expect({ code, sources, devices, rules, assignments }).toStrictEqual({
      code: 0,
      sources: { rules: 'the default rule', devices: '3,000 made-up devices' },
      devices: 3000,
      rules: [{ rule: 'default', devices: 3000, allocated: 3000, moved: 0, denied: 0 }],
      assignments: { stay: 0, move: 0, new: 3000, denied: 0, deniedWithHub: 0 },
    });
    expect(hubs).toMatchObject([
      { hub: 'a', weight: 2, applies: true, byWeight: 2000 },
      { hub: 'b', weight: 1, applies: true, byWeight: 1000 },
      { hub: 'c', weight: 0, applies: true, byWeight: 0, devices: 0 },
    ]);
    // Four standard deviations: 4 × √(3000 × 2/3 × 1/3) = 103.
    expect(Math.abs(hubs[0].devices - 2000)).toBeLessThanOrEqual(103);
  });

  it('takes the rules of ALLOCATION_RULES: the JSON itself or a file', () => {
    const inline = simulate(['--count', '9', '--json'], {
      ALLOCATION_RULES: '{"rules":[{"name":"r","hubs":["hub-z"]}]}',
    });
    expect(JSON.parse(inline.out)).toMatchObject({
      sources: { rules: '1 rule from ALLOCATION_RULES' },
      hubs: [{ hub: 'hub-z', devices: 9 }],
      notes: ['Without --hubs or --dps, the hubs are those that rules and devices name.'],
    });
    const named = simulate(['--count', '9', '--json'], { ALLOCATION_RULES: RULES });
    expect(JSON.parse(named.out)).toMatchObject({ sources: { rules: '3 rules from rules.json' } });
  });

  it('tries rules against the present ones: moves and denials are the difference', () => {
    const present = '{"rules":[{"name":"here","hubs":["hub-a"]}]}';
    const tried = file('tried.json', {
      rules: [
        { name: 'gone', match: { registrationId: 't-*' }, deny: 'No more of these.' },
        { name: 'there', hubs: ['hub-b'], sticky: false },
      ],
    });
    const fleet = file('fleet.csv', 'registrationId,currentHub\nx-1\nx-2,hub-b\nt-1\n');
    const args = ['--rules', tried, '--hubs', 'hub-a,hub-b', '--registrations', fleet, '--json'];
    const { out } = simulate(args, { ALLOCATION_RULES: present });
    expect(JSON.parse(out)).toMatchObject({
      assignments: { stay: 1, move: 1, new: 0, denied: 1, deniedWithHub: 1 },
      moves: [{ from: 'hub-a', to: 'hub-b', devices: 1 }],
      notes: [expect.stringContaining('the present rules, those of ALLOCATION_RULES')],
    });
    expect(JSON.parse(simulate(args).out)).toMatchObject({ assignments: { stay: 1, move: 0, new: 1, denied: 1 } });
  });

  it('reports nothing but its usage for --help', () => {
    expect(simulate(['--help', '--rules', 'nowhere'])).toMatchObject({ code: 0, err: '' });
    expect(simulate(['--help']).out).toMatch(/^Usage: npm run simulate -- /);
  });

  it('lists every fault of the rules', () => {
    const rules = file('faulty.json', { rules: [{ name: 'a', match: { regstrationId: '*' } }, { hubs: [] }] });
    const { code, out, err } = simulate(['--rules', rules, '--hubs', 'a']);
    expect([code, out]).toStrictEqual([2, '']);
    expect(err.split('\n').map((line) => line.split(': ')[0])).toStrictEqual([
      'Cannot use the rules in faulty.json:',
      '  rules[0].match.regstrationId',
      '  rules[1].name',
      '  rules[1].hubs',
      '',
    ]);
  });

  it('lists the lines of the registrations that it cannot use, but not endlessly', () => {
    const rows = ['a', 'b,hub a', 'c,hub-a,plant,x', '{"registrationId":7}', '{"id":"d"}', '{x'];
    const mixed = simulate(['--registrations', file('form', rows.join('\n')), '--hubs', 'a']);
    expect(mixed).toMatchObject({ code: 2, out: '' });
    expect(mixed.err).toMatch(
      /^Cannot use the registrations in 'form':\n {2}line 3: has 4 columns.*\n {2}line 5: 'id' is not one of .*\n {2}line 6: is not JSON.*\n$/,
    );
    const values = simulate(['--registrations', file('values', 'a\nb,hub a\n\n{"registrationId":7}'), '--hubs', 'a']);
    expect(values.err).toBe(
      "Cannot use the registrations in 'values':\n" +
        '  line 2: currentHub: must be a host name, and is a text of 5 characters\n' +
        "  line 4: registrationId: must be 1 to 128 letters, digits, '-', '.', '_', ':', and is a number\n",
    );
    const many = simulate(['--registrations', file('many', 'a b\n'.repeat(25)), '--hubs', 'a']);
    expect(many.err.split('\n')).toHaveLength(1 + 20 + 1 + 1);
    expect(many.err).toContain('and 5 other faults');
  });

  it.each([
    [
      ['--hubs', 'a=x,b=-1,c/d=1,e=1=2'],
      /^--hubs: 'a=x' is not.*\n--hubs: 'b=-1' is not.*\n--hubs: 'c\/d=1' is not.*\n--hubs: 'e=1=2'/,
    ],
    [['--hubs', 'a,A=2'], /^--hubs: 'a' is there twice$/m],
    [['--hubs', 'a', '--dps', 'dps-1'], /^--hubs and --dps exclude each other/],
    [['--count', '0'], /^--count must be a whole number from 1 to 1000000, and is '0'\.$/m],
    [['--count', '1e9'], /^--count must be a whole number from 1 to 1000000, and is '1e9'\.$/m],
    [['--count', '1', '--registrations', 'x'], /^--registrations and --count exclude each other/],
    [['--rules', 'nowhere.json'], /^Cannot read the rules file 'nowhere\.json': ENOENT/],
    [['--registrations', 'nowhere.csv'], /^Cannot read the registrations file 'nowhere\.csv': ENOENT/],
    [[], /^Cannot tell which hubs there are: neither rules nor devices name one/],
    [['--jason'], /^Unknown option '--jason'/],
    [['devices.csv'], /^Unexpected argument 'devices\.csv'/],
  ])('refuses %j with exit code 2', (args, message) => {
    const { code, out, err } = simulate(args);
    expect([code, out]).toStrictEqual([2, '']);
    expect(err).toMatch(message);
  });
});
