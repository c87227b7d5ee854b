import { app, input } from '@azure/functions';

/** What scans and renewals have written; `undefined` or null where no scan has run yet. */
const snapshot = input.storageBlob({ path: 'status/latest.json', connection: 'AzureWebJobsStorage' });

/** How everything stands, as a page or as JSON; POST takes the form of its filter and redirects to the filtered page. */
app.http('status', {
  methods: ['GET', 'POST'],
  authLevel: 'function',
  route: 'status',
  extraInputs: [snapshot],
  handler: async (request, context) => {
    const { composeStatus } = await import('../shared/compose-status.ts');
    return composeStatus(request, context.extraInputs.get(snapshot));
  },
});
