import { createAttestations } from './azure/attestations.ts';
import { managedIdentity } from './azure/credential.ts';
import type { LifecycleEvent } from './events.ts';
import { attest } from './operations/attest.ts';
import type { Attestations } from './ports.ts';
import { SettingsInvalid, storageAccount } from './settings.ts';
import type { Invocation } from './telemetry/invocation.ts';
import { emitJsonLines } from './telemetry/json-lines.ts';

/** Made once in the life of a process: its connections serve the next invocation too. */
let attestations: Attestations | undefined;

/**
 * The keeping of evidence, put together for one invocation. It needs the app's storage alone, so that a fault in any
 * other setting loses none.
 * @returns takes the body of a message of the queue `attestations`, whatever it is
 */
export function composeEvidence(invocation: Invocation): (message: unknown) => Promise<void> {
  const account = storageAccount();
  if (account === undefined) {
    const faults = ['AzureWebJobsStorage: no connection string, account name or address of blobs is set'];
    emitJsonLines(invocation)({ event: 'settings_invalid', faults });
    throw new SettingsInvalid(faults);
  }
  attestations ??= createAttestations(account, managedIdentity);
  const kept = attestations;
  return async (message) => {
    const said: LifecycleEvent[] = [];
    await attest({ attestations: kept, now: () => new Date(), emit: (event) => void said.push(event) }, message);
    if (said.length > 0) await report(invocation, said);
  };
}

/** Loaded only where there is something to say: every registration of a device comes this way, and nearly all are kept. */
async function report(invocation: Invocation, said: readonly LifecycleEvent[]): Promise<void> {
  const { composeReports } = await import('./compose-reports.ts');
  const { during, emit } = composeReports(invocation);
  await during(async () => said.forEach(emit));
}
