import { ServiceError } from '../../local/emulator/service.ts';
import { Conflict, Refused } from '../../shared/errors.ts';
import { MEDDLINGS_WITH_CAS } from './meddlings-with-cas.ts';
import { MEDDLINGS_WITH_SERVICES } from './meddlings-with-services.ts';
import { type Meddling, type Operator, oneOf } from './operator-meddling.ts';
import { FLEET_CAS, FLEET_DPS } from './years-fleet.ts';

/** A CA is left alone for so long after each meddling, or all of its window might pass in them. */
const LEFT_ALONE_DAYS = 10;
/** How likely a first and a second meddling are on one day. */
const CHANCES = [0.3, 0.1];
/** With a CA; else with a DPS. */
const CHANCE_OF_CA = 0.45;

/** Something that goes on with a CA or a DPS: nobody else meddles with that until it is undone, and for a while after. */
interface Open {
  readonly until: number;
  readonly restDays: number;
  readonly undo: (() => Promise<unknown>) | undefined;
}

/** Whoever looks on while the operator does something. */
type Watched = <T>(act: () => Promise<T>) => Promise<T>;

/** An operator's days: begins meddlings by chance, and puts right what he has begun. */
export class OperatorOfYears {
  /** What has been begun, by meddling. */
  readonly begun = new Map<string, number>();
  readonly #watched: Watched;
  readonly #open = new Map<string, Open>();
  readonly #leftAlone = new Map<string, number>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Whether everything is as it was before he began. */
  get isDone(): boolean {
    return this.#open.size === 0;
  }

  /** Undoes what is to be undone by this day; what cannot be yet, tomorrow. */
  async undo(day: number, all = false): Promise<void> {
    for (const [target, { until, restDays, undo }] of this.#open) {
      if (!all && until > day) continue;
      if (undo !== undefined && (await this.#try(undo)) === false) continue;
      this.#open.delete(target);
      this.#leftAlone.set(target, day + restDays);
    }
  }

  /** Begins none, one or two meddlings with what nobody is meddling with already. */
  async meddle(operator: Operator, day: number): Promise<void> {
    for (const chance of CHANCES) if (operator.random() < chance) await this.#meddleOnce(operator, day, () => true);
  }

  /** Begins one meddling between two calls of the app. */
  async meddleInBetween(operator: Operator, day: number): Promise<void> {
    await this.#meddleOnce(operator, day, ({ isNoticed }) => isNoticed);
  }

  async #meddleOnce(
    operator: Operator,
    day: number,
    isFit: (meddling: { readonly isNoticed: boolean }) => boolean,
  ): Promise<void> {
    const { random } = operator;
    if (random() < CHANCE_OF_CA) {
      const ca = oneOf(random, FLEET_CAS);
      const meddling = oneOf(random, MEDDLINGS_WITH_CAS.filter(isFit));
      if (ca && meddling) await this.#begin(operator, day, meddling, ca, ca.name, LEFT_ALONE_DAYS);
    } else {
      const dps = oneOf(random, FLEET_DPS);
      const meddling = oneOf(random, MEDDLINGS_WITH_SERVICES.filter(isFit));
      if (dps && meddling) await this.#begin(operator, day, meddling, dps, dps, 0);
    }
  }

  async #begin<Target>(
    operator: Operator,
    day: number,
    meddling: Meddling<Target>,
    target: Target,
    name: string,
    restDays: number,
  ): Promise<void> {
    if (this.#open.has(name) || (this.#leftAlone.get(name) ?? 0) > day) return;
    const begun = await this.#try(() => meddling.begin(operator, target));
    if (begun === undefined) return;
    this.begun.set(meddling.name, (this.begun.get(meddling.name) ?? 0) + 1);
    this.#open.set(name, { until: day + begun.days, restDays, undo: begun.undo });
  }

  /** What a service refuses him is his to bear. */
  async #try<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#watched(act);
    } catch (error) {
      if (error instanceof ServiceError || error instanceof Conflict || error instanceof Refused) return undefined;
      throw error;
    }
  }
}
