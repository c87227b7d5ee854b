import { app, output } from '@azure/functions';

const queue = { queueName: 'renewals', connection: 'AzureWebJobsStorage' };

/** Does for one CA all that can be done now; where that takes too long, the message goes back on the queue. */
app.storageQueue('renew', {
  ...queue,
  return: output.storageQueue(queue),
  handler: async (message, context) => {
    const { compose } = await import('../shared/compose.ts');
    // The message's id, which stays the same when it is delivered again.
    return compose(context).renew(message, String(context.triggerMetadata?.id ?? context.invocationId));
  },
});
