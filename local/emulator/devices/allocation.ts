/** Where a device goes, or why it goes nowhere. */
export type Allocation =
  | {
      /** Host name, as the DPS spells it. */
      readonly hub: string;
      /** From the webhook, in place of the enrollment's; `undefined` if it gave none. */
      readonly initialTwin?: unknown;
      /** From the webhook, for the device. */
      readonly payload?: unknown;
    }
  | AllocationFailure;

/** Six-digit code and sentence, as the device sees them. */
export interface AllocationFailure {
  readonly errorCode: number;
  readonly errorMessage: string;
}
