/** Why a step is taken now. */
export const STEP_REASONS = {
  'window-open': 'The newest generation has entered its renewal window.',
  'issuer-renewed': 'The issuer has a newer generation with another key; the CA moves under it.',
  forced: 'Somebody has asked for a new generation now.',
  'request-pending': 'A certification request of ours waits for its certificate.',
  'seed-left': 'The temporary version that a root with a new key begins with is not needed any more.',
  'made-twice': 'Two renewals of this CA met, and the newest generation is the one before it once more.',
  'entry-missing': 'The DPS holds an older generation of this CA, but not the newest.',
  'entry-unverified': 'The entry of the newest generation still lacks its proof of possession.',
  'reference-behind': 'An enrollment refers to an older version of this CA, but not to the newest generation.',
  'overlap-over': 'The overlap is over, and RETIRE=overlap asks for nothing more: the older version goes.',
  'older-expired': 'The overlap is over, and the older version expired more than an hour ago: it goes.',
  'devices-moved': 'The overlap is over, and every device has registered under a newer version: the older one goes.',
} as const;

/** Why a lane has nothing to do for now. It goes on by itself. */
export const WAIT_REASONS = {
  'not-due': 'The renewal window of the newest generation has not opened yet.',
  'device-certificate': "A device's own certificate: whoever issues it renews it, and the enrollments follow.",
  settled: 'The newest generation is in this DPS and verified.',
  'issuer-due': 'The issuer is due itself and is renewed first, so that the renewal does not end with the old one.',
  paused: 'The tag paused=true is set: nothing is done for this CA.',
  'rolled-back':
    'The newest version is disabled in the vault: a person has rolled it back, and nothing is asked for anew.',
  'external-signature': 'The certification request waits for somebody else to sign it and merge the certificate.',
  'plan-mode': 'MODE=plan: a step is due, and nothing is written.',
  'no-service-ready': 'Renewal is due, but no DPS that holds this CA is active and can be read.',
  'expired-unused': 'The newest generation has expired, and no DPS holds one: nobody has missed it.',
  'operation-running': 'Key Vault itself is making a version of this name.',
  'service-not-active': 'The DPS is in another state than Active and takes no changes.',
  'service-unreadable': 'The DPS could not be read; the next scan tries again.',
  'vault-unreadable': 'The issuer or the pending request could not be read; the next scan tries again.',
  'enrollments-unreadable': 'The enrollments of the DPS could not be read; the next scan tries again.',
  'newest-not-trusted': 'The DPS does not trust the newest generation yet, so no reference can do with it.',
  'newest-not-valid': 'The newest generation is outside its validity, so no reference can do with it.',
  'older-generation-in-use': 'An enrollment holds two older versions, and neither may go yet; the newest has no place.',
  'retire-never': 'RETIRE=never: older versions stay.',
  'subordinate-chains': 'A subordinate CA that is unexpired and has not been replaced chains to an older version.',
  'overlap-running': 'The overlap, in which the older and the newest version are both trusted, is not over.',
  'overlap-unknown': 'The overlap has no end yet: a date that it counts from is not known.',
  'older-unexpired': 'The older version has not been expired for an hour.',
  'expiry-unknown': 'It is not known when the older version expires.',
  'evidence-unavailable': 'No evidence says that every device has moved to a newer version.',
  'devices-left': 'Some device is proved to depend on the older version still.',
  'stock-not-cleared': 'The tag stock-cleared does not say that no device in stock depends on the older version.',
  'entry-in-use': 'Enrollments still refer to the older version, so its entry stays.',
} as const;

/** Of these: what matters could not be read, so nobody can tell whether there is anything to do. */
export const UNREAD_REASONS: readonly (keyof typeof WAIT_REASONS)[] = [
  'service-unreadable',
  'vault-unreadable',
  'enrollments-unreadable',
];

/** Why a lane stops until a person acts. Each has an entry in docs/operations.md. */
export const REFUSAL_REASONS = {
  'malformed-message': 'The queue message is not {"vaultUrl","name"}, with "force" or without.',
  'vault-not-configured': 'The message names a vault that KEY_VAULT_URLS does not list.',
  'unknown-ca': 'The vault holds no enabled CA certificate of that name.',
  unmanaged: 'No configured DPS holds a version of this CA, and no managed CA has issued it.',
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
  'both-slots-taken': 'An enrollment holds an older version and a certificate of another CA; the newest has no place.',
  'embedded-untrusted':
    'An enrollment embeds this CA, and the DPS trusts neither its newest generation nor its issuer.',
  'common-name-differs': 'The newest generation has another common name than the client certificate it would replace.',
  'webhook-masked': 'DPS hides the webhook URL of an enrollment, and ALLOCATION_WEBHOOK_URL is not the same webhook.',
  forbidden:
    'The vault or DPS does not permit it: a permission is missing, a firewall stands between, or a key is disabled.',
} as const;

/** A rollback keeps the vault lane waiting, and has references and entries return to the generation before. */
export type StepReason = keyof typeof STEP_REASONS | 'rolled-back';
export type WaitReason = keyof typeof WAIT_REASONS;
export type RefusalReason = keyof typeof REFUSAL_REASONS;
export type Reason = StepReason | WaitReason | RefusalReason;

/** One sentence on what a reason code means. */
export function explain(reason: Reason): string {
  return { ...STEP_REASONS, ...WAIT_REASONS, ...REFUSAL_REASONS }[reason];
}
