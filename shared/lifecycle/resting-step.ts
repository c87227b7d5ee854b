import type { RefusalReason, WaitReason } from './reasons.ts';

/** What a lane says that has nothing to do now: until when and why, or what keeps it until a person acts. */
export type RestingStep =
  | { readonly step: 'wait'; readonly reason: WaitReason; readonly until?: Date; readonly detail?: string }
  | { readonly step: 'refuse'; readonly reason: RefusalReason; readonly detail: string };
