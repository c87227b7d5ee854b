import { app } from '@azure/functions';
import { abandoned } from '../shared/operations/abandon.ts';

/** Says aloud that a renewal was given up; poison queues have no other reader. */
app.storageQueue('abandon', {
  queueName: 'renewals-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    const { composeReports } = await import('../shared/compose-reports.ts');
    const { during, emit } = composeReports(context);
    await during(async () => emit(abandoned(message)));
  },
});
