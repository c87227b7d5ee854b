import type { Reason, RefusalReason } from '../lifecycle/reasons.ts';
import type { OwnReason } from './planned.ts';

/** What a person does about each thing that only a person can do. More of it is in docs/operations.md. */
const ADVICE: Readonly<Record<RefusalReason | OwnReason, string>> = {
  'malformed-message': 'Find out what else writes to the queue renewals.',
  'vault-not-configured': 'Add the vault to KEY_VAULT_URLS, or find out who sent the message.',
  'unknown-ca': 'Look for a name that was deleted, disabled or misspelt.',
  unmanaged: 'If a DPS should hold it, upload the current version once, or set the tag dps.',
  'bad-tag': 'Mend the tag on the newest version of the certificate.',
  'version-unreadable': 'Disable that version in the vault.',
  'unsupported-key': 'Renew this CA by hand.',
  'issuer-not-in-vault':
    'Add the issuer’s vault to KEY_VAULT_URLS; if the issuer is offline, set the tag issuer=external.',
  'issuer-first': 'Renew the issuer.',
  'issuer-unusable': 'Renew the issuer. A root that signs itself: set its tag renew-key=new, and a new key signs.',
  'foreign-request': 'Merge or cancel the pending request in the vault, and find out who made it.',
  'name-deleted': 'Recover the name in the vault, or purge it.',
  'no-free-slot': 'Delete entries of this DPS that no enrollment names.',
  'generation-expired': 'If the CA is not renewed by itself, renew it by hand.',
  'renewal-faulty': 'Nothing was damaged. Please report it, with the message.',
  'enrollment-rejected': 'Try the same change of the enrollment by hand.',
  'possession-disproved': 'Delete the entry if no enrollment names it; the next scan uploads it anew.',
  'both-slots-taken': 'Take the other CA out of the enrollment, or split it in two.',
  'embedded-untrusted': 'Upload the issuer to this DPS and verify it.',
  'common-name-differs': 'Change the enrollment by hand.',
  'webhook-masked': 'Set ALLOCATION_WEBHOOK_URL to the whole address that stands in the enrollment.',
  forbidden: 'Grant the permission, open the firewall, or enable the key.',
  'paused-and-due': 'Take the tag paused off its newest version, or renew it by hand.',
  'expiring-unmanaged': 'Renew it by hand, or bring its CA into a configured vault.',
  'renewal-failed': 'If it lasts, look at the cause that is given.',
  'renewal-abandoned': 'Read the errors of the function renew in the log.',
  'expired-in-use': 'Give the enrollments another CA: no device can register under this one.',
  expired: 'If its renewal is not under way, renew it by hand: no device can register under it.',
  'unverified-in-use': 'Prove the possession of the key to this DPS, or delete the entry.',
  'nothing-managed': 'Compare KEY_VAULT_URLS and DPS_RESOURCE_IDS with what exists, or set the tag dps on a CA.',
};

/** The same for lanes that wait for what may never come by itself. */
const ADVICE_ON_WAITS: Readonly<Partial<Record<Reason, string>>> = {
  'external-signature': 'Have the request signed and merge the certificate in the vault. The rest follows by itself.',
  'rolled-back': 'Enable the newest version, make another by hand, or force a renewal.',
  'operation-running': 'If it hangs, cancel the operation in the vault.',
  'no-service-ready': 'Make one of the provisioning services that hold this CA active and readable.',
  'service-not-active': 'Bring the DPS back to Active.',
  'newest-not-trusted': 'Verify the entry of the newest generation.',
  'older-generation-in-use': 'Split the enrollment in two, each with one of the older versions.',
  'enrollments-unreadable': 'Let the app read the enrollments: its permissions, or a firewall.',
  'vault-unreadable': 'Let the app read the vault: its permissions, or a firewall.',
};

/** What to do, in a sentence; `undefined` where the reason says it all. */
export function adviceOn(reason: Reason | OwnReason): string | undefined {
  return { ...ADVICE_ON_WAITS, ...ADVICE }[reason as RefusalReason];
}
