import { app } from '@azure/functions';

/** Keeps what the webhook saw of devices: the evidence of which CA each of them still uses. */
app.storageQueue('attest', {
  queueName: 'attestations',
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    const { composeEvidence } = await import('../shared/compose-evidence.ts');
    await composeEvidence(context)(message);
  },
});
