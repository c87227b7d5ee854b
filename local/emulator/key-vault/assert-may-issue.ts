import { badParameter, refusal } from './vault-error.ts';
import type { CertificateRecord } from './vault-state.ts';

/** Key Vault's own form of a name; 1 to 127 characters. */
const NAME = /^[0-9a-zA-Z-]{1,127}$/;

/** Refuses a name that is malformed, deleted but recoverable, or has an operation in progress. */
export function assertMayIssue(name: string, record: CertificateRecord | undefined): void {
  if (!NAME.test(name)) throw badParameter(`Property name has invalid value '${name}'; it must match ^[0-9a-zA-Z-]+$`);
  if (record?.deletedOn !== undefined) {
    throw refusal(
      409,
      'Conflict',
      `Certificate ${record.name} is currently in a deleted but recoverable state, and its name cannot be reused; ` +
        'in this state, the certificate can only be recovered or purged.',
      'ObjectIsDeletedButRecoverable',
    );
  }
  if (record?.pending?.status === 'inProgress') {
    // The code of this 409 really is 'Forbidden'.
    throw refusal(
      409,
      'Forbidden',
      "A new key vault certificate can not be created or imported while a pending key vault certificate's status is " +
        'inProgress.',
    );
  }
}
