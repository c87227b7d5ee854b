import { app } from '@azure/functions';

/** Says aloud that a renewal was given up; poison queues have no other reader. */
app.storageQueue('abandon', {
  queueName: 'renewals-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    const { composeAbandoning } = await import('../shared/compose-abandoning.ts');
    await composeAbandoning(context, message);
  },
});
