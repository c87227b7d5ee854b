/** Why a device is not allocated. DPS fails its registration at once with error 400207 and does not say why. */
export const DENIAL_REASONS = {
  'malformed-request': 'The body is not an AllocationRequest as DPS sends it.',
  'no-linked-hub': 'The request names no linked hub: neither the enrollment nor the DPS has one.',
  'no-candidate-hub': 'None of the linked hubs may be chosen: the rule names others, or their weights are 0.',
  'rule-denied': 'A rule denies the device.',
} as const;

/** Why a device is not allocated. */
export type DenialReason = keyof typeof DENIAL_REASONS;
