import type { FaultCase, FaultResult } from '../test/support/fault-case.ts';
import { failureOf } from '../test/support/fault-failure.ts';
import { type CleanLives, pairsOfFaults, singleFaults } from '../test/support/fault-matrix.ts';
import { cleanLivesOf, runFaultCases } from '../test/support/fault-pool.ts';
import { FAULT_SCENARIOS, type FaultScenario } from '../test/support/fault-scenarios.ts';
import { type FaultOptions, readFaultOptions } from './faults/read-fault-options.ts';
import { type FaultSummary, summaryOf } from './faults/summary.ts';
import { readOptions } from './read-options.ts';
import { counted, seconds } from './terminal/layout.ts';
import { createPaint, type Paint } from './terminal/paint.ts';
import { table } from './terminal/table.ts';

const USAGE = `Usage: npm run test:faults -- [--scenario NAME …] [--call N --effect NAME] [--pairs N [--seed S]] [--json]

Lives through the renewal, the moves and the retirement of a CA once without faults, and then once more for every call
of that life and everything that may befall it: the connection breaks before or after the call is carried out, 429 with
Retry-After, 500, 503 three times, 412, 401 once, half an answer, and the end of the process right after the call. Each
life must come to the same end, leave no device without a CA on the way, take nothing away too early, make no
certificate too many and not call much more often. It takes twenty minutes on two processors.

  --scenario NAME          only this one; may be repeated
  --call N --effect NAME   this one case; once more for a second fault in the same life
  --pairs N                so many pairs of faults, drawn at random, in place of the single ones
  --seed S                 of what is drawn (default 1)
  --json                   the figures as JSON
  --help                   print this

Exit code: 0 all is well, 1 some case is not, 2 wrong usage.
`;

const EXIT_FAILURE = 1;
const ERASE_LINE = '\r\u001b[K';

/** `npm run test:faults`; its exit codes are in USAGE. */
export async function main(args: string[]): Promise<void> {
  const options = readOptions(USAGE, () => readFaultOptions(args));
  const { scenarios: names, json } = options;
  const scenarios = FAULT_SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
  const began = performance.now();
  try {
    const lives = await cleanLivesOf(scenarios);
    const cases = casesOf(options, scenarios, lives);
    const print = json ? () => undefined : (line: string) => console.log(line);
    const paint = createPaint(process.stdout);
    const results = await runFaultCases(lives, cases, createProgress(cases, print, paint));
    const summary = summaryOf(lives, results, performance.now() - began);
    if (json) console.log(JSON.stringify(summary, undefined, 2));
    else for (const line of summaryLines(summary, paint)) console.log(line);
    if (summary.failures.length > 0) process.exitCode = EXIT_FAILURE;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = EXIT_FAILURE;
  }
}

function casesOf(
  { faults, pairs, seed }: FaultOptions,
  scenarios: readonly FaultScenario[],
  lives: CleanLives,
): readonly FaultCase[] {
  if (faults.length > 0) return scenarios.map(({ name }) => ({ scenario: name, faults }));
  if (pairs !== undefined) return pairsOfFaults(scenarios, lives, pairs, seed);
  return scenarios.flatMap((scenario) => {
    const clean = lives[scenario.name];
    return clean ? singleFaults(scenario, clean) : [];
  });
}

/** Failures as they come; on a terminal a line that says how far it is, elsewhere one line at every tenth. */
function createProgress(cases: readonly FaultCase[], print: (line: string) => void, paint: Paint) {
  const live = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  const began = performance.now();
  let done = 0;
  let failed = 0;
  return (result: FaultResult) => {
    done += 1;
    if (live) process.stderr.write(ERASE_LINE);
    if (result.problems.length > 0) {
      failed += 1;
      const { scenario, doing, problems, command } = failureOf(result);
      for (const line of [`${paint('red', '✗')} ${scenario}: ${doing}`, ...problems.map((each) => `    ${each}`)]) {
        print(line);
      }
      print(`    ${command}`);
    }
    const left = ((performance.now() - began) / done) * (cases.length - done);
    const text = `${done} of ${counted(cases.length, 'case')}, ${failed} failed, ${seconds(left)} left`;
    if (live && done < cases.length) process.stderr.write(text);
    if (!live && Math.floor((done * 10) / cases.length) > Math.floor(((done - 1) * 10) / cases.length)) print(text);
  };
}

function summaryLines(
  { cases, failures, violations, worstOverhead, scenarios, durationMs }: FaultSummary,
  paint: Paint,
): string[] {
  const right = { align: 'right' } as const;
  const columns = [
    { title: 'scenario' },
    { title: 'calls', ...right },
    { title: 'cases', ...right },
    { title: 'failed', ...right },
    { title: 'most calls more', ...right },
  ];
  const rows = scenarios.map((each) => [
    each.name,
    String(each.calls),
    String(each.cases),
    String(each.failures),
    String(each.worstOverhead),
  ]);
  const verdict = failures.length === 0 ? paint('green', 'none failed') : paint('red', `${failures.length} failed`);
  const sum = `${counted(cases, 'case')} in ${seconds(durationMs)}: ${verdict}, violations: ${violations}; at most ${worstOverhead} calls more than without a fault`;
  return ['', ...table(columns, rows), '', sum];
}
