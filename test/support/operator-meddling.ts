import type { Scene } from './scene.ts';
import type { FleetCa } from './years-fleet.ts';

// What an operator does to the vaults and the DPS while the app lives with them: `meddlings-with-cas.ts` and
// `meddlings-with-services.ts` say what there is, this file what one of them is.

/** The one who meddles: a person with all rights, and chance in place of a will. */
export interface Operator {
  readonly scene: Scene;
  readonly random: () => number;
  /** What people have made, as `dps name` of an entry. */
  readonly ownEntries: Set<string>;
  /** Says that a version of a CA is of a person's making. */
  readonly made: (ca: FleetCa, version: string) => void;
  /** Puts a message on the queue, as `POST /api/renew` does. */
  readonly ask: (ca: FleetCa, thumbprint: string) => void;
  /** Says that the window of a CA opens earlier than the settings have it; `undefined`: not any more. */
  readonly opensEarlier: (ca: FleetCa, share: number | undefined) => void;
  /** Says what is wrong with what the app has done to what is the operator's alone. */
  readonly complain: (problem: string) => void;
}

/** What was begun, and what ends it. */
export interface Begun {
  /** For how long, at most. */
  readonly days: number;
  /** Puts things right again; `false`: not possible yet. Done already if left out. */
  readonly undo?: () => Promise<unknown>;
}

export interface Meddling<Target> {
  readonly name: string;
  /**
   * Whether it may come between two calls of the app. Not where no API would let the app notice: a reference that comes
   * to an entry between the last look at all enrollments and its deletion, an entry that goes below a reference.
   */
  readonly isNoticed: boolean;
  /** `undefined` where there is nothing to meddle with at present. */
  begin(operator: Operator, target: Target): Promise<Begun | undefined>;
}

/** One of a list by chance; `undefined` of an empty one. */
export function oneOf<T>(random: () => number, list: readonly T[]): T | undefined {
  return list[Math.floor(random() * list.length)];
}

/** A whole number of days, from 1 to `most`. */
export function upToDays(random: () => number, most: number): number {
  return 1 + Math.floor(random() * most);
}
