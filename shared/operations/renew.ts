import { Conflict, messageOf, Refused } from '../errors.ts';
import { type Action, isAction, type LaneStep, laneOf, nextSteps } from '../lifecycle/next-step.ts';
import { type CaId, newestOf, type Observed } from '../lifecycle/observed.ts';
import type { App } from './app.ts';
import { rememberingPorts } from './happenings.ts';
import { type EndedCa, type Meeting, metFailure, metRefusal, noteFailure } from './met-obstacles.ts';
import { observe } from './observe.ts';
import { OutOfTime } from './out-of-time.ts';
import { perform } from './perform.ts';
import { publishRenewal } from './publish-snapshot.ts';
import { observeReferences } from './referring.ts';
import { refusalOf } from './refusal.ts';
import { sayRefusals } from './say-refusals.ts';
import { sayTrusted, trustedEvent } from './say-trusted.ts';
import { observeWorld } from './world.ts';

/** Somebody else at work on the same CA is out of the way after a few conflicts; more means something is wrong. */
const MOST_CONFLICTS = 6;

/** How often a CA is looked at afresh; each lane's conflicts end long before. */
const MOST_LOOKS = 100;

/** After each conflict the pause grows, so that one of the contenders gets through. */
const PAUSE_MS = 250;

/** What one renewal has come to so far. A lane that stopped is not tried again in this run. */
interface Run {
  readonly app: App;
  readonly ca: CaId;
  readonly renewalId: string;
  /** Thumbprint of the generation that somebody wants replaced. */
  readonly forced: string | undefined;
  readonly started: Date;
  readonly steps: string[];
  readonly stopped: Map<string, unknown>;
  readonly conflicts: Map<string, number>;
  /** How the CAs of this renewal stood at the end, for the status page. */
  readonly ended: EndedCa[];
  looks: number;
  hasTriedIssuer: boolean;
  isUnfinished: boolean;
}

/** `unfinished`: time ran out, and a message of its own should go on with it. */
export type RenewalEnd = 'finished' | 'unfinished';

/**
 * Does all that can be done now for one CA: observe, decide, do one thing, until nothing is left. Each lane stops for
 * itself. Ends in `renewal_settled`, in one `renewal_refused` for each lane that needs a person, or in an ordinary
 * error, upon which the queue delivers the message again. Safe to run twice, at once, or after any half-done run.
 * @param forced thumbprint of the generation to be replaced now, due or not
 */
export async function renew(app: App, ca: CaId, renewalId: string, forced?: string): Promise<RenewalEnd> {
  const { ports, told } = rememberingPorts(app.ports);
  const ended: EndedCa[] = [];
  let outcome: RenewalEnd | 'failed' = 'failed';
  try {
    outcome = await renewCa({ ...app, ports }, ca, { renewalId, ended }, forced);
    return outcome;
  } catch (error) {
    noteFailure(ended, ca, error, meetingOf({ app, forced }));
    throw error;
  } finally {
    const dimensions = { renewalId, ca: ca.name, vault: ca.vaultUrl, outcome };
    ports.measure?.({ name: 'renewal_attempts', value: 1, dimensions });
    // What keeps it from being written is reported by the scans.
    await publishRenewal(app.ports, ended, told());
  }
}

async function renewCa(
  app: App,
  ca: CaId,
  { renewalId, ended }: Pick<Run, 'renewalId' | 'ended'>,
  forced?: string,
): Promise<RenewalEnd> {
  const run: Run = {
    app,
    ca,
    renewalId,
    forced,
    started: app.ports.now(),
    steps: [],
    stopped: new Map(),
    conflicts: new Map(),
    ended,
    looks: 0,
    hasTriedIssuer: false,
    isUnfinished: false,
  };
  for (;;) {
    run.looks += 1;
    try {
      const now = app.ports.now();
      const wishes = { ...app.wishes, now, forced };
      const world = observeWorld(app.ports);
      const seen = await observe(app.ports, world, ca, wishes);
      if (await renewIssuerFirst(run, seen)) continue;
      const settled = await settle(run, await observeReferences(app.ports, world, seen, now), now);
      if (settled === 'look again') continue;
      if (run.isUnfinished) {
        const decided = { observed: settled, steps: nextSteps(settled, now) };
        run.ended.push({ ca, decided, met: metIn(run), isOver: false });
        return 'unfinished';
      }
      await report(run, settled, now);
      return 'finished';
    } catch (error) {
      if (error instanceof Refused) {
        const refusal = refusalOf(ca, error, { renewalId });
        run.ended.push({ ca, met: [metRefusal(refusal, ca, meetingOf(run))], isOver: true });
        await sayRefusals(app.ports, [refusal], [ca]);
        return 'finished';
      }
      if (!(error instanceof Conflict) || run.looks === MOST_LOOKS) throw error;
      await app.ports.pause(PAUSE_MS * Math.max(1, ...run.conflicts.values()));
    }
  }
}

/**
 * Renews the issuer where that comes first, so that a chain is renewed from the top in one go. Returns whether there was
 * anything to do. A failure is reported at the end, like a lane's; the other lanes go on.
 */
async function renewIssuerFirst(run: Run, { vault }: Observed): Promise<boolean> {
  const { issuer, isIssuerDue } = vault;
  if (issuer.kind !== 'found' || !isIssuerDue || run.hasTriedIssuer || run.app.mode === 'plan') return false;
  run.hasTriedIssuer = true;
  try {
    run.isUnfinished ||= (await renewCa(run.app, issuer.ca, run)) === 'unfinished';
  } catch (error) {
    noteFailure(run.ended, issuer.ca, error, meetingOf({ app: run.app, forced: undefined }));
    run.stopped.set(`issuer ${issuer.ca.name}`, error);
  }
  return true;
}

/**
 * Takes steps until no lane has one left. Throws `Conflict`, until a lane has had too many; that, and whatever else
 * fails, stops its own lane only.
 */
async function settle(run: Run, start: Observed, now: Date): Promise<Observed | 'look again'> {
  const { ports, mode, deadline } = run.app;
  let observed = start;
  for (;;) {
    const actions = nextSteps(observed, now).filter(isAction);
    const action = actions.find((step) => !run.stopped.has(laneOf(step)));
    if (action === undefined || mode === 'plan') return observed;
    try {
      if (ports.now() >= deadline) throw outOfTime(run, action.step);
      observed = await performTimed(run, observed, action);
      run.steps.push(action.step);
      // A sum of decisions says nothing of the world after a step.
      if (observed.services.some((service) => service.kind === 'read' && service.referring.kind === 'many')) {
        return 'look again';
      }
    } catch (error) {
      if (error instanceof OutOfTime) {
        run.isUnfinished = true;
        return observed;
      }
      const lane = laneOf(action);
      const conflicts = (run.conflicts.get(lane) ?? 0) + 1;
      run.conflicts.set(lane, conflicts);
      if (error instanceof Conflict && conflicts < MOST_CONFLICTS) throw error;
      run.stopped.set(lane, error);
    }
  }
}

/** Performs a step, and measures how long that took, to its end or its failure. */
async function performTimed({ app, ca, renewalId }: Run, observed: Observed, action: Action): Promise<Observed> {
  const { ports, deadline } = app;
  const begun = ports.now().getTime();
  try {
    return await perform(ports, observed, action, { renewalId, deadline });
  } finally {
    const dps = action.lane === 'vault' ? {} : { dps: laneOf(action) };
    const dimensions = { renewalId, ca: ca.name, vault: ca.vaultUrl, step: action.step, ...dps };
    ports.measure?.({ name: 'renewal_step_duration_ms', value: ports.now().getTime() - begun, dimensions });
  }
}

/** A message that goes on where nothing went on would be put back for ever; so the queue counts how often it failed. */
function outOfTime({ steps }: Run, step: string): Error {
  const text = `No time is left to ${step}`;
  return steps.length > 0
    ? new OutOfTime(text)
    : new Error(`${text}: looking at the CA has taken all of it, or the process ends`);
}

/** Says how each lane ended. Throws what is worth another try, once all that needs a person has been said. */
async function report(run: Run, observed: Observed, decidedAt: Date): Promise<void> {
  const { ca, renewalId, stopped } = run;
  const { emit, now } = run.app.ports;
  const steps = nextSteps(observed, decidedAt);
  const isOver = [...stopped.values()].every((error) => error instanceof Refused);
  run.ended.push({ ca, decided: { observed, steps }, met: metIn(run), isOver });
  const last = steps.filter((step) => !stopped.has(laneOf(step)));
  const resting = last.filter((step) => step.step === 'refuse');
  const refusals = resting.map((step) => refusalOf(ca, step, { renewalId, lane: laneOf(step) }));
  const failures = [];
  for (const [lane, error] of stopped) {
    if (error instanceof Refused) refusals.push(refusalOf(ca, error, { renewalId, lane }));
    else failures.push(error);
  }
  // A memory that cannot be read or written is reported by the scans; here it means one event too many.
  await sayRefusals(run.app.ports, refusals, failures.length > 0 ? [] : [ca]);
  if (failures.length > 0) {
    throw new AggregateError(failures, `Cannot renew '${ca.name}' fully: ${failures.map(messageOf).join('; ')}`);
  }
  const trusted = trustedEvent(observed, decidedAt);
  if (trusted !== undefined) await sayTrusted(run.app.ports, [{ ...trusted, renewalId }]);
  if (refusals.length > 0 || stopped.size > 0) return;
  const { thumbprint, notAfter } = newestOf(observed).certificate;
  emit({
    event: 'renewal_settled',
    renewalId,
    ca: ca.name,
    vault: ca.vaultUrl,
    steps: run.steps,
    waits: last.map(waitOf),
    thumbprint,
    notAfter: notAfter.toISOString(),
    durationMs: now().getTime() - run.started.getTime(),
  });
}

/** What stopped the lanes of a CA, or its issuer's renewal, which comes first. */
function metIn(run: Run): EndedCa['met'] {
  const { ca, stopped } = run;
  return [...stopped].map(([lane, error]) =>
    error instanceof Refused
      ? metRefusal(refusalOf(ca, error, { lane }), ca, meetingOf(run))
      : metFailure(error, ca, meetingOf(run), lane),
  );
}

function meetingOf({ app, forced }: Pick<Run, 'app' | 'forced'>): Meeting {
  return { metAt: app.ports.now(), ...(forced !== undefined && { forced }) };
}

/** Why a lane rests. A step that is due at the end was left undone on purpose: only `MODE=plan` does that. */
function waitOf(step: LaneStep) {
  if (step.step !== 'wait') return { lane: laneOf(step), reason: 'plan-mode' as const };
  const until = 'until' in step ? step.until : undefined;
  const { reason, detail } = step;
  return { lane: laneOf(step), reason, ...(until && { until: until.toISOString() }), ...(detail && { detail }) };
}
