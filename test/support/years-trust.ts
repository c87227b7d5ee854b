import type { Scene } from './scene.ts';
import { type EnrollmentView, viewEnrollments } from './years-watch.ts';

/** No DPS is suspended, and no CA paused, for more than six; on the day after that a call may fail once more. */
const MOST_DAYS_TO_MEND = 7;

/** Holds how every enrollment stands against how it stood at the last look. */
export class TrustWatch {
  readonly #scene: Scene;
  #views: ReadonlyMap<string, EnrollmentView>;
  /** Enrollments that the operator has left without a CA, until they have one again. */
  readonly #stranded = new Set<string>();
  /** Since which day an enrollment holds nothing but what has expired. */
  readonly #deadSince = new Map<string, number>();

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#views = viewEnrollments(scene);
  }

  /** Takes how the enrollments stand for given: a person wants them so. */
  acknowledge(): void {
    this.#views = viewEnrollments(this.#scene);
    for (const [key, { isLive }] of this.#views) if (!isLive) this.#stranded.add(key);
  }

  /** What is wrong with it since the last look, a sentence each. */
  problems(day: number): string[] {
    const views = viewEnrollments(this.#scene);
    const changed = [...new Set([...views.keys(), ...this.#views.keys()])]
      .filter((key) => views.get(key)?.rest !== this.#views.get(key)?.rest)
      .map((key) => `${key}: its record was changed`);
    this.#views = views;
    return [...changed, ...this.#dead(day)];
  }

  /**
   * What lacks an entry lacks it by the operator: the observers know whether it was the app. Two older versions that expire
   * together had to stay until then, with an alert for a person to split the group; the app mends it as soon as it can.
   */
  #dead(day: number): string[] {
    return [...this.#views].flatMap(([key, { isLive, isWhole, isCrowded }]) => {
      if (isLive || !isWhole) this.#deadSince.delete(key);
      if (isLive) this.#stranded.delete(key);
      if (isLive || !isWhole || this.#stranded.has(key)) return [];
      const since = this.#deadSince.get(key) ?? day;
      this.#deadSince.set(key, since);
      return !isCrowded || day - since > MOST_DAYS_TO_MEND ? [`${key}: no verified, unexpired CA is left`] : [];
    });
  }
}
