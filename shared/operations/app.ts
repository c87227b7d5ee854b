import type { RenewBefore } from '../lifecycle/renew-before.ts';
import type { Ports } from '../ports.ts';

/** What every operation is given: the world, and the operator's wishes. */
export interface App {
  readonly ports: Ports;
  readonly renewBefore: RenewBefore;
  /** `plan`: decide and report, write nothing. */
  readonly mode: 'enforce' | 'plan';
}
