import { app, output } from '@azure/functions';
import { scanSchedule } from '../shared/settings.ts';

/** Looks for CAs that have a step to take, and puts a message on the queue for each: its name, no more. */
app.timer('scan', {
  schedule: scanSchedule().schedule,
  return: output.storageQueue({ queueName: 'renewals', connection: 'AzureWebJobsStorage' }),
  handler: async (_timer, context) => {
    // Imported when it runs: the SDKs behind it are slow to load, and other functions do not need them.
    const { compose } = await import('../shared/compose.ts');
    return compose(context).scan();
  },
});
