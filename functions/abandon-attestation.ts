import { app } from '@azure/functions';
import { abandonedAttestation } from '../shared/operations/abandon-attestation.ts';

/** Says aloud that evidence was given up; poison queues have no other reader. */
app.storageQueue('abandon-attestation', {
  queueName: 'attestations-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    const { composeReports } = await import('../shared/compose-reports.ts');
    const { during, emit } = composeReports(context);
    await during(async () => emit(abandonedAttestation(message, new Date())));
  },
});
