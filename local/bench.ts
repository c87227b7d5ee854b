import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../shared/errors.ts';
import { type Bench, type Figure, figureOf } from '../test/bench/bench.ts';
import { BENCHES } from '../test/bench/benches.ts';
import { readOptions } from './read-options.ts';
import { seconds } from './terminal/layout.ts';
import { createPaint, type Paint } from './terminal/paint.ts';
import { table } from './terminal/table.ts';

const NAMES = BENCHES.map(({ name }) => name);

const USAGE = `Usage: npm run bench -- [NAME …] [--planted] [--out FILE] [--json]

Measures how fast and how small the app is, each figure as a ratio to a floor that is measured in the same run, and
writes them to bench.json. All of it takes less than ten minutes on two processors that have nothing else to do.

  NAME         only these: ${wrapped(NAMES)}
  --planted    with a regression put in on purpose: a figure must then not be reached
  --out FILE   the figures (default: bench.json; none with --planted)
  --json       the figures as JSON to standard output, too
  --help       print this

Exit code: 0 every figure is reached, 1 one is not, 2 wrong usage. With --planted the other way round: 0 if every bench
has seen its regression.
`;

const EXIT_FAILURE = 1;

/** `npm run bench`; its exit codes are in USAGE. */
export async function main(args: string[]): Promise<void> {
  const options = readOptions(USAGE, () => parse(args));
  const { names, planted, json, out } = options;
  const benches = BENCHES.filter(({ name }) => names.length === 0 || names.includes(name));
  const paint = createPaint(process.stdout);
  const say = json ? (line: string) => process.stderr.write(`${line}\n`) : (line: string) => console.log(line);
  const figures: Figure[] = [];
  let isGood = true;
  for (const bench of benches) {
    const outcome = await measure(bench, planted, say, paint);
    figures.push(...outcome.figures);
    isGood &&= outcome.isGood;
  }
  const report = { machine: machine(), node: process.version, figures };
  if (json) console.log(JSON.stringify(report, undefined, 2));
  else for (const line of summaryOf(figures, paint)) console.log(line);
  if (!planted || out !== undefined)
    writeFileSync(out ?? resolve('bench.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  if (!isGood) process.exitCode = EXIT_FAILURE;
}

function parse(args: string[]) {
  const options = {
    planted: { type: 'boolean', default: false },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const unknown = positionals.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no bench '${unknown.join("', '")}'. There are: ${NAMES.join(', ')}.`);
  if (values.out === '') throw new Error('--out names no file.');
  return { ...values, names: positionals, out: values.out === undefined ? undefined : resolve(values.out) };
}

/** Runs one bench. One that cannot be run has reached nothing, and seen nothing. */
async function measure(bench: Bench, planted: boolean, say: (line: string) => void, paint: Paint) {
  say(paint('bold', `${bench.name}${planted ? `, planted: ${bench.planted}` : ''}`));
  const began = performance.now();
  try {
    const measured = await bench.run({ planted, progress: (text) => say(paint('dim', `  ${text}`)) });
    const figures = measured.map(figureOf);
    for (const figure of figures) say(`  ${lineOf(figure, paint)}`);
    const allReached = figures.every(({ reached }) => reached);
    if (planted && allReached) say(paint('red', '  The regression was not seen.'));
    say(paint('dim', `  ${seconds(performance.now() - began)}, load ${loadavg()[0]?.toFixed(1)}`));
    return { figures, isGood: planted ? !allReached : allReached };
  } catch (error) {
    say(paint('red', `  Cannot measure ${bench.name}: ${messageOf(error)}`));
    return { figures: [], isGood: false };
  }
}

function lineOf({ name, value, reach, bound, reached, detail }: Figure, paint: Paint): string {
  const mark = reached ? paint('green', '✓') : paint('red', '✗');
  return `${mark} ${name}: ${number(value)} (${signOf(bound)} ${reach}); ${detail}`;
}

function summaryOf(figures: readonly Figure[], paint: Paint): readonly string[] {
  const columns = [{ title: 'figure' }, { title: 'value', align: 'right' }, { title: 'reach' }, { title: '' }] as const;
  const rows = figures.map(({ name, value, reach, bound, reached }) => [
    name,
    number(value),
    `${signOf(bound)} ${reach}`,
    reached ? '' : 'not reached',
  ]);
  const missed = figures.filter(({ reached }) => !reached).length;
  const verdict = missed === 0 ? paint('green', 'all reached') : paint('red', `${missed} not reached`);
  return ['', ...table(columns, rows), '', `${figures.length} figures: ${verdict}`];
}

function signOf(bound: Figure['bound']): string {
  return bound === 'atMost' ? '≤' : '≥';
}

/** Three significant digits, as many as a noisy machine can tell. */
function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function machine() {
  const [first] = cpus();
  const load = loadavg().map((each) => Number(each.toFixed(1)));
  const memoryGb = Number((totalmem() / 1e9).toFixed(1));
  return { processor: first?.model ?? 'unknown', processors: availableParallelism(), memoryGb, load };
}

function wrapped(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length < 80) lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(name);
  }
  return lines.join(',\n               ');
}
