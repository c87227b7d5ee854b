import { app } from '@azure/functions';

/** Does for one CA all that can be done now. */
app.storageQueue('renew', {
  queueName: 'renewals',
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    const { compose } = await import('../shared/compose.ts');
    // The message's id, which stays the same when it is delivered again.
    await compose(context).renew(message, String(context.triggerMetadata?.id ?? context.invocationId));
  },
});
