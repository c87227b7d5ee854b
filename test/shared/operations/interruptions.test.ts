import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { sendToVault } from '../../support/by-hand.ts';
import { counted } from '../../support/counts.ts';
import { interruptAt, loseAnswerOf } from '../../support/interrupt-at.ts';
import { createScene, type Scene } from '../../support/scene.ts';
import { WAYS, type Way, type WayOfIssuing, wayOfIssuing, wayOutcome, wayRenewedOnce } from '../../support/ways.ts';

/** DPS that hold the CA: one more makes for more calls to be interrupted at. */
const SERVICES = counted(1, 3);

/** Key Vault's policy of a name, whole but for its dates. */
async function policyOf(scene: Scene, { name: { vault, name } }: WayOfIssuing): Promise<unknown> {
  const { body } = await sendToVault(scene, vault, 'GET', `/certificates/${name}/policy`);
  return { ...(body as object), attributes: undefined };
}

async function cleanRun(way: Way): Promise<{ calls: number; policy: unknown }> {
  const issuing = wayOfIssuing(way, 'P-256', SERVICES);
  const scene = await createScene(issuing.seed);
  await renew(scene.app, issuing.ca, 'clean');
  return { calls: scene.calls.length, policy: await policyOf(scene, issuing) };
}

// Run when the tests are collected, so that their names say how many cases there are.
const CLEAN = await Promise.all(WAYS.map(async (way) => ({ way, ...(await cleanRun(way)) })));
const WHEN = ['before', 'after', 'by the lost answer of'] as const;
type When = (typeof WHEN)[number];
const CASES = CLEAN.flatMap((clean) => WHEN.map((when) => ({ ...clean, when })));

/**
 * A first delivery that is broken off at a call, then a second one. With `before` and `after` the process is gone from
 * there on: whatever it had in hand is lost. With a lost answer it lives on, and does what it still can. Returns whether
 * there was such a call.
 */
async function interrupted(issuing: WayOfIssuing, at: number, when: When) {
  const scene = await createScene(issuing.seed);
  if (when === 'by the lost answer of') loseAnswerOf(scene, at);
  else interruptAt(scene, at, when);
  await renew(scene.app, issuing.ca, 'first').catch(() => undefined);
  const reached = scene.calls.length > at;
  const doing = `${when} call ${at}: ${scene.calls[at]?.method} ${scene.calls[at]?.path}`;
  Object.assign(scene, { intercept: () => undefined, answered: () => undefined });
  scene.events.length = 0;
  await renew(scene.app, issuing.ca, 'second');
  return { scene, reached, doing };
}

describe.each(CASES)('$way, interrupted $when each of its $calls calls', ({ way, when, calls, policy }) => {
  it('comes to the same end when delivered again', async () => {
    const issuing = wayOfIssuing(way, 'P-256', SERVICES);
    const wanted = wayRenewedOnce(way, 'P-256', SERVICES);
    let cases = 0;
    // One further than the calls of a clean run, where there is nothing left to interrupt: so none was left out.
    for (let at = 0; at <= calls; at += 1) {
      const { scene, reached, doing } = await interrupted(issuing, at, when);
      expect(reached, doing).toBe(at < calls);
      if (!reached) break;
      cases += 1;
      expect(await wayOutcome(scene, issuing), doing).toEqual(wanted);
      expect(await policyOf(scene, issuing), doing).toEqual(policy);
      expect(scene.events.at(-1), doing).toMatchObject({ event: 'renewal_settled', renewalId: 'second' });
      expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
      expect(await scan(scene.app), doing).toEqual([]);
    }
    expect(cases).toBe(calls);
  });
});

describe.each(WAYS)('%s, interrupted at one call after the other', (way) => {
  it('comes to the same end, however often: each delivery gets one call further than the one before', async () => {
    const issuing = wayOfIssuing(way, 'P-256', SERVICES);
    const scene = await createScene(issuing.seed);
    for (let at = 0; at < 60; at += 1) {
      interruptAt(scene, at, 'after');
      await renew(scene.app, issuing.ca, `delivery ${at}`).catch(() => undefined);
    }
    scene.intercept = () => undefined;
    expect(await wayOutcome(scene, issuing)).toEqual(wayRenewedOnce(way, 'P-256', SERVICES));
    expect(scene.calls.filter(({ path, status }) => path.endsWith('/merge') && status === 201)).toHaveLength(1);
  });
});
