import { app } from '@azure/functions';
import { abandoned } from '../shared/operations/abandon.ts';
import { emitJsonLines } from '../shared/telemetry/json-lines.ts';

/** Says aloud that a renewal was given up; poison queues have no other reader. */
app.storageQueue('abandon', {
  queueName: 'renewals-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => {
    emitJsonLines(context)(abandoned(message));
  },
});
