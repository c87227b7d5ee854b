import type { Violation } from '../../local/emulator/observer/violation.ts';
import { parseDuration } from '../../shared/lifecycle/duration.ts';
import type { CaMessage } from '../../shared/operations/ca-message.ts';
import { renewMessage } from '../../shared/operations/renew-message.ts';
import { scan } from '../../shared/operations/scan.ts';
import { actByHand, isByHand } from './acts-by-hand.ts';
import { failNoMore, withRetries } from './failing.ts';
import { isInjected, unexpectedIn } from './foreseen-errors.ts';
import { randomFrom } from './interleave.ts';
import { MEDDLINGS_WITH_CAS } from './meddlings-with-cas.ts';
import { MEDDLINGS_WITH_SERVICES } from './meddlings-with-services.ts';
import type { Operator } from './operator-meddling.ts';
import { OperatorOfYears } from './operator-of-years.ts';
import { RemovalWatch } from './removal-watch.ts';
import { createScene, type Scene } from './scene.ts';
import { watchMutations } from './watch-mutations.ts';
import { type DayFaults, faultsOfDay } from './years-faults.ts';
import { FLEET_CAS, FLEET_DPS, FLEET_OVERLAP_DAYS, fleetOfYears, fleetVaultUrl } from './years-fleet.ts';
import { unsettled } from './years-settled.ts';
import { TrustWatch } from './years-trust.ts';
import { GenerationWatch, spareEntries } from './years-watch.ts';

/** How the years went. */
export interface YearsReport {
  readonly scans: number;
  /** Generations that the app has made. */
  readonly renewals: number;
  /** Entries that the app has deleted. */
  readonly retirements: number;
  /** By what was done. */
  readonly meddlings: ReadonlyMap<string, number>;
  /** Those of which there are, and none has been done. */
  readonly untried: readonly string[];
  /** Calls that failed. */
  readonly faults: number;
  /** What must not be, each with its day. */
  readonly violations: readonly string[];
  /** What was not settled at the end, though nobody meddled and nothing failed any more. */
  readonly left: readonly string[];
}

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const START = new Date('2030-01-01T06:00:00Z');
/** Deliveries of a message until it is poison. */
const DELIVERIES = 5;
/** What is crowded waits until its oldest version expires, a region's lifetime at most. */
const MOST_DAYS_TO_SETTLE = 700;
/** How likely somebody meddles between two calls of a day, and among how many. */
const [CHANCE_IN_BETWEEN, CALLS_OF_A_DAY] = [0.3, 400];

/**
 * So many days of scans, with failing calls and a meddling operator, all by the seed's chance; then, undisturbed, until
 * everything is settled. The same seed is the same life.
 */
export async function liveForYears(seed: number, days: number): Promise<YearsReport> {
  const wishes = {
    retire: seed % 2 === 1 ? ('overlap' as const) : ('expired' as const),
    overlap: parseDuration(`P${FLEET_OVERLAP_DAYS}D`),
  };
  const scene = await createScene(fleetOfYears(seed % 4 > 1), START, { wishes });
  const life = new Life(scene, seed);
  for (let day = 1; day <= days; day += 1) await life.day(day);
  failNoMore(scene);
  let left: readonly string[] = ['not looked at'];
  for (let more = 1; left.length > 0 && more <= MOST_DAYS_TO_SETTLE; more += 1) left = await life.quietDay(days + more);
  return life.report(left);
}

class Life {
  readonly #scene: Scene;
  readonly #seed: number;
  readonly #watch: GenerationWatch;
  readonly #removals: RemovalWatch;
  readonly #trust: TrustWatch;
  readonly #operator = new OperatorOfYears((act) => this.#byHand(act));
  readonly #ownEntries = new Set<string>();
  readonly #asked: CaMessage[] = [];
  /** What the observers hold against somebody, and has been laid at the right door: the operator's, or the app's. */
  readonly #judged = new Set<unknown>();
  readonly #violations: string[] = [];
  #day = 0;
  #scans = 0;
  #faults = 0;
  #retirements = 0;

  constructor(scene: Scene, seed: number) {
    this.#scene = scene;
    this.#seed = seed;
    this.#watch = new GenerationWatch(scene);
    const vaults = [...new Set(FLEET_CAS.map(({ vault }) => vault))].map((name) => scene.vault(name));
    this.#removals = new RemovalWatch(vaults, scene.app.wishes, () => scene.clock.now);
    watchMutations(
      FLEET_DPS.map((name) => scene.service(name)),
      {
        enrollment: (dps, change) => this.#seen(() => this.#removals.enrollmentChanged(dps, change)),
        entry: (dps, change) => this.#seen(() => this.#removals.entryChanged(dps, change)),
      },
    );
    this.#trust = new TrustWatch(scene);
  }

  /** A day with all that may happen on it. */
  async day(day: number): Promise<void> {
    const random = this.#begin(day);
    const operator = this.#person(random);
    await this.#operator.undo(day);
    await this.#operator.meddle(operator, day);
    let calls = random() < CHANCE_IN_BETWEEN ? Math.ceil(random() * CALLS_OF_A_DAY) : 0;
    // A chance of its own: however many calls there are, the operator's days are the same.
    const faults = faultsOfDay(this.#scene, this.#seed * 1_000_003 + day * 7 + 1, async () => {
      calls -= 1;
      if (calls === 0) await this.#operator.meddleInBetween(operator, day);
    });
    await this.#work(faults);
    this.#faults += faults.count();
    this.#judge();
  }

  /**
   * A day on which nothing fails and nobody meddles, but to put right what is not yet. Returns what is not settled at its
   * end.
   */
  async quietDay(day: number): Promise<readonly string[]> {
    this.#begin(day);
    await this.#operator.undo(day, true);
    await this.#work();
    this.#judge();
    return this.#operator.isDone ? unsettled(this.#scene) : ['something is not undone yet'];
  }

  report(left: readonly string[]): YearsReport {
    return {
      scans: this.#scans,
      renewals: this.#watch.made,
      retirements: this.#retirements,
      meddlings: this.#operator.begun,
      untried: [...MEDDLINGS_WITH_CAS, ...MEDDLINGS_WITH_SERVICES]
        .map(({ name }) => name)
        .filter((name) => !this.#operator.begun.has(name)),
      faults: this.#faults,
      violations: this.#violations,
      left,
    };
  }

  #begin(day: number): () => number {
    const random = randomFrom(this.#seed * 1_000_003 + day * 7);
    const { clock, calls, events } = this.#scene;
    clock.now = new Date(START.getTime() + day * DAY_MS + Math.floor(random() * 600) * MINUTE_MS);
    calls.length = 0;
    events.length = 0;
    this.#day = day;
    return random;
  }

  /** The day's scan, its messages and those that people have asked for, each delivered until it is done or poison. */
  async #work(faults?: DayFaults): Promise<void> {
    const app = withRetries(this.#scene);
    this.#scans += 1;
    this.#lookAfresh();
    const found: readonly CaMessage[] = await scan(app).catch((error: unknown) => {
      this.#blameMistakes(error);
      return [];
    });
    for (const message of [...found, ...this.#asked.splice(0)]) {
      this.#lookAfresh();
      for (let delivery = 1, isDone = false; delivery <= DELIVERIES && !isDone; delivery += 1) {
        faults?.revive();
        this.#scene.clock.now = new Date(this.#scene.clock.now.getTime() + MINUTE_MS);
        isDone = await renewMessage(app, message, `day ${this.#day}`).then(
          () => true,
          (error: unknown) => this.#blameMistakes(error),
        );
        this.#blame(this.#watch.needless());
      }
    }
    const isRetirement = /^\/subscriptions\/.*\/certificates\/[^/]+$/;
    this.#retirements += this.#scene.calls.filter(
      ({ method, path, status }) => method === 'DELETE' && status === 200 && isRetirement.test(path),
    ).length;
  }

  #lookAfresh(): void {
    this.#removals.forget();
    this.#removals.note();
  }

  /** What fails is what was made to fail; anything else is a mistake in the program. Returns `false`: not done. */
  #blameMistakes(error: unknown): false {
    this.#blame(unexpectedIn(error, isInjected).map((each) => `unexpected: ${each}`));
    return false;
  }

  /** A write has just been carried out: what the observers hold against it is its writer's. */
  #seen(judge: () => void): void {
    if (isByHand()) this.#freshViolations();
    else judge();
  }

  /** Holds the app against what is there. */
  #judge(): void {
    const fresh = this.#freshViolations().filter((each) => !this.#isDoubledByHand(each));
    this.#blame(fresh.map((each) => JSON.stringify(each)));
    this.#blame(this.#removals.problems.splice(0));
    this.#blame(this.#watch.needless());
    this.#blame(spareEntries(this.#scene, this.#ownEntries));
    this.#blame(this.#trust.problems(this.#day));
  }

  /** Whether the app has uploaded what a person has, under a name of his, since it looked. */
  #isDoubledByHand({ invariant, dps, message }: Violation): boolean {
    const isIn = (own: string) => own.startsWith(`${dps} `) && message.includes(`'${own.slice(`${dps} `.length)}'`);
    return invariant === 4 && [...this.#ownEntries].some(isIn);
  }

  #freshViolations(): readonly Violation[] {
    const fresh = this.#scene.violations().filter((each) => !this.#judged.has(each));
    for (const each of fresh) this.#judged.add(each);
    return fresh;
  }

  #blame(problems: readonly string[]): void {
    this.#violations.push(...problems.map((problem) => `day ${this.#day}: ${problem}`));
  }

  #person(random: () => number): Operator {
    return {
      scene: this.#scene,
      random,
      ownEntries: this.#ownEntries,
      made: (ca, version) => this.#watch.acknowledge(ca, version),
      ask: (ca, thumbprint) => {
        this.#watch.forced.add(thumbprint);
        this.#scene.expectRenewalOf(thumbprint);
        this.#asked.push({ vaultUrl: fleetVaultUrl(ca), name: ca.name, force: thumbprint });
      },
      opensEarlier: (ca, share) => {
        if (share === undefined) this.#watch.earlier.delete(ca.name);
        else this.#watch.earlier.set(ca.name, share);
      },
      complain: (problem) => this.#blame([problem]),
    };
  }

  /** Has the operator do something: up to here the app is to blame. What it does at the same time is still its own. */
  async #byHand<T>(act: () => Promise<T>): Promise<T> {
    this.#judge();
    this.#removals.note();
    try {
      return await actByHand(act);
    } finally {
      this.#removals.note();
      this.#trust.acknowledge();
    }
  }
}
