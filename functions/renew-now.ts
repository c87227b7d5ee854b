import { app, output } from '@azure/functions';

const renewals = output.storageQueue({ queueName: 'renewals', connection: 'AzureWebJobsStorage' });

/** Puts a message for one CA on the queue, because somebody asks for it: looked at now, or renewed though not due. */
app.http('renew-now', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'renew',
  extraOutputs: [renewals],
  handler: async (request, context) => {
    const { composeAsking } = await import('../shared/compose-asking.ts');
    const call = { body: await request.arrayBuffer(), url: request.url };
    const { status, body: jsonBody, message } = await composeAsking(context)(call);
    if (message) context.extraOutputs.set(renewals, message);
    return { status, jsonBody };
  },
});
