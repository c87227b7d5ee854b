/** Why a step is taken now. */
export const STEP_REASONS = {
  'window-open': 'The newest generation has entered its renewal window.',
  'issuer-renewed': 'The issuer has a newer generation with another key; the CA moves under it.',
  'request-pending': 'A certification request of ours waits for its certificate.',
  'seed-left': 'The temporary version that a root with a new key begins with is not needed any more.',
  'made-twice': 'Two renewals of this CA met, and the newest generation is the one before it once more.',
  'entry-missing': 'The DPS holds an older generation of this CA, but not the newest.',
  'entry-unverified': 'The entry of the newest generation still lacks its proof of possession.',
} as const;

/** Why a lane has nothing to do for now. It goes on by itself. */
export const WAIT_REASONS = {
  'not-due': 'The renewal window of the newest generation has not opened yet.',
  settled: 'The newest generation is in this DPS and verified.',
  'issuer-due': 'The issuer is due itself and is renewed first, so that the renewal does not end with the old one.',
  paused: 'The tag paused=true is set: nothing is done for this CA.',
  'rolled-back':
    'The newest version is disabled in the vault: a person has rolled it back, and nothing is asked for anew.',
  'external-signature': 'The certification request waits for somebody else to sign it and merge the certificate.',
  'plan-mode': 'MODE=plan: a step is due, and nothing is written.',
  'no-service-ready': 'Renewal is due, but no DPS that holds this CA is active and can be read.',
  'operation-running': 'Key Vault itself is making a version of this name.',
  'service-not-active': 'The DPS is in another state than Active and takes no changes.',
  'service-unreadable': 'The DPS could not be read; the next scan tries again.',
  'vault-unreadable': 'The issuer or the pending request could not be read; the next scan tries again.',
} as const;

/** Why a lane stops until a person acts. Each has an entry in docs/operations.md. */
export const REFUSAL_REASONS = {
  'malformed-message': 'The queue message is not {"vaultUrl","name"}.',
  'vault-not-configured': 'The message names a vault that KEY_VAULT_URLS does not list.',
  'unknown-ca': 'The vault holds no enabled CA certificate of that name.',
  unmanaged: 'No configured DPS holds a version of this CA.',
  'bad-tag': 'A tag on the newest version of this CA has no valid value.',
  'version-unreadable': 'A version of this name cannot be read as an X.509 certificate; disable it.',
  'unsupported-key': 'The key of the certificate or of its issuer is of a kind that the app cannot renew with.',
  'issuer-not-in-vault': 'No key in a configured vault verifies the signature of this certificate.',
  'issuer-first': 'A renewal would gain next to no time: the issuer ends too soon and must be renewed first.',
  'issuer-unusable': 'The issuing key cannot sign now: its certificate is outside its validity.',
  'foreign-request': 'A pending certification request for this name is not ours; nothing foreign is ever signed.',
  'name-deleted': 'The name is soft-deleted in the vault; recover or purge it.',
  'no-free-slot': 'The DPS holds as many CA certificates as it can.',
  'generation-expired': 'The newest generation is outside its validity, so its key can prove nothing.',
  'renewal-faulty': 'The new certificate failed a check; it was not merged, or it was not uploaded.',
  'enrollment-rejected': 'DPS did not accept the changed enrollment.',
  'possession-disproved': 'DPS rejected the proof of possession.',
  forbidden:
    'The vault or DPS does not permit it: a permission is missing, a firewall stands between, or a key is disabled.',
} as const;

export type StepReason = keyof typeof STEP_REASONS;
export type WaitReason = keyof typeof WAIT_REASONS;
export type RefusalReason = keyof typeof REFUSAL_REASONS;
export type Reason = StepReason | WaitReason | RefusalReason;

/** One sentence on what a reason code means. */
export function explain(reason: Reason): string {
  return { ...STEP_REASONS, ...WAIT_REASONS, ...REFUSAL_REASONS }[reason];
}
