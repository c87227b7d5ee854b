import { createAttestations } from './azure/attestations.ts';
import { managedIdentity } from './azure/credential.ts';
import { attest } from './operations/attest.ts';
import type { Attestations } from './ports.ts';
import { SettingsInvalid, storageAccount } from './settings.ts';
import { emitJsonLines, type Log } from './telemetry/json-lines.ts';

/** Made once in the life of a process: its connections serve the next invocation too. */
let attestations: Attestations | undefined;

/**
 * The keeping of evidence, put together for one invocation. It needs the app's storage alone, so that a fault in any
 * other setting loses none.
 * @returns takes the body of a message of the queue `attestations`, whatever it is
 */
export function composeEvidence(log: Log): (message: unknown) => Promise<void> {
  const emit = emitJsonLines(log);
  const account = storageAccount();
  if (account === undefined) {
    const faults = ['AzureWebJobsStorage: no connection string, account name or address of blobs is set'];
    emit({ event: 'settings_invalid', faults });
    throw new SettingsInvalid(faults);
  }
  attestations ??= createAttestations(account, managedIdentity);
  const world = { attestations, now: () => new Date(), emit };
  return (message) => attest(world, message);
}
