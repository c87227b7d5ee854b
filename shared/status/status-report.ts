import type { Snapshot } from '../operations/snapshot.ts';

/** All that the status page is made of. */
export interface StatusReport {
  readonly now: Date;
  /** `undefined` where no scan has written one yet. */
  readonly snapshot: Snapshot | undefined;
  /** When a scan should have come, by the schedule, with some patience; `undefined` without a snapshot. */
  readonly overdueAt: Date | undefined;
  /** All that is wrong with the settings. */
  readonly settings: readonly SettingFault[];
  readonly filter: Filter;
}

/** Something wrong with a setting. */
export interface SettingFault {
  /** In words, without what may be a secret. */
  readonly fault: string;
  /** `nothing-runs`: neither scan nor renewal. `no-allocation`: the webhook. `default`: one stands in for it. */
  readonly effect: 'nothing-runs' | 'no-allocation' | 'default';
}

/** What of the CAs is shown; everything where neither is given. */
export interface Filter {
  /** Name of a DPS. */
  readonly dps: string | undefined;
  /** One of `CA_STATES`. */
  readonly state: string | undefined;
}
