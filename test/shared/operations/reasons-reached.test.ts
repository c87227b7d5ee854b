import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REFUSAL_REASONS, type Reason, STEP_REASONS, WAIT_REASONS } from '../../../shared/lifecycle/reasons.ts';
import { REASON_SCENARIOS } from '../../support/reason-scenarios.ts';
import type { Scene } from '../../support/scene.ts';

const EVIDENCE = 'test/shared/operations/evidence.test.ts';
const RETIREMENT = 'test/shared/lifecycle/references/reference-retirement.test.ts';

/** Reasons that no scene can be the cause of, or that have a test of their own, and which one that is. */
const ELSEWHERE: Partial<Record<Reason, string>> = {
  forced: 'test/shared/operations/forced.test.ts',
  'device-certificate': 'test/shared/operations/moves/device-certificates.test.ts',
  'expired-unused': 'test/shared/operations/subordinates.test.ts',
  'devices-moved': EVIDENCE,
  'stock-not-cleared': EVIDENCE,
  'devices-left': EVIDENCE,
  // DPS always says when an entry and an enrollment were changed.
  'overlap-unknown': RETIREMENT,
  // Whoever still refers to an entry gives the reason of the lane.
  'entry-in-use': RETIREMENT,
};

/** Reasons that no test reaches yet. One that has got its test fails here until it is moved to one of the lists above. */
const NOWHERE: readonly Reason[] = [];

const REASONS = Object.keys({ ...STEP_REASONS, ...WAIT_REASONS, ...REFUSAL_REASONS }) as Reason[];

/** Every reason that a scene's events give. */
function reasonsOf({ events }: Scene): Set<string> {
  return new Set(
    events.flatMap((event) => [
      ...('reason' in event ? [event.reason] : []),
      ...('waits' in event ? event.waits.map(({ reason }) => reason) : []),
    ]),
  );
}

function expectNamed(reason: Reason, file: string): void {
  expect(existsSync(file), file).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain(`'${reason}'`);
}

describe('the reason', () => {
  it.each(REASONS.filter((reason) => !NOWHERE.includes(reason)))('%s is reached', async (reason) => {
    const [scenario, file] = [REASON_SCENARIOS[reason], ELSEWHERE[reason]];
    if (scenario !== undefined) expect(reasonsOf(await scenario())).toContain(reason);
    else if (file !== undefined) expectNamed(reason, file);
    else throw new Error(`Cannot tell what reaches '${reason}': give it a scenario, or name its test in ELSEWHERE`);
  });

  it.each(NOWHERE)('%s is named by no test yet', (reason) => {
    const named = readdirSync('test', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('reasons-reached.test.ts'))
      .filter((file) => readFileSync(`test/${file}`, 'utf8').includes(`'${reason}'`));
    expect(named).toEqual([]);
  });

  it('is one that exists, and in one list only', () => {
    const listed = [...Object.keys(REASON_SCENARIOS), ...Object.keys(ELSEWHERE), ...NOWHERE];
    expect(listed.filter((each) => !REASONS.some((reason) => reason === each))).toEqual([]);
    expect(listed).toHaveLength(new Set(listed).size);
  });
});
