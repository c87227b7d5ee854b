import { app } from '@azure/functions';
import { abandonedAttestation } from '../shared/operations/abandon-attestation.ts';
import { emitJsonLines } from '../shared/telemetry/json-lines.ts';

/** Says aloud that evidence was given up; poison queues have no other reader. */
app.storageQueue('abandon-attestation', {
  queueName: 'attestations-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => {
    emitJsonLines(context)(abandonedAttestation(message, new Date()));
  },
});
