import type { ReferenceWishes } from '../lifecycle/reference-situation.ts';
import type { RenewBefore } from '../lifecycle/renew-before.ts';
import type { Ports } from '../ports.ts';

/** What an operator wishes for every CA that its tags say nothing else of. */
export interface Wishes extends Pick<ReferenceWishes, 'overlap' | 'retire' | 'webhookUrl'> {
  readonly renewBefore: RenewBefore;
}

/** What every operation is given: the world, and the operator's wishes. */
export interface App {
  readonly ports: Ports;
  readonly wishes: Wishes;
  /** `plan`: decide and report, write nothing. */
  readonly mode: 'enforce' | 'plan';
  /** When to stop in the middle of long work, since the host will soon end the function; may come nearer (`ending.ts`). */
  readonly deadline: Date;
}
