import { app, input, output } from '@azure/functions';

const connection = 'AzureWebJobsStorage';
/** What the scan publishes of the linked hubs; `undefined` or null where it has not run yet. */
const hubs = input.storageBlob({ path: 'status/hubs.json', connection });
const attestations = output.storageQueue({ queueName: 'attestations', connection });

type Composition = typeof import('../shared/compose-allocation.ts');

/** Loaded by the first call. Node.js resolves an import anew each time, which costs as much as the decision. */
let loaded: Promise<Composition> | undefined;

function load(): Promise<Composition> {
  loaded ??= import('../shared/compose-allocation.ts').catch((error: unknown) => {
    // The next call tries again: what is kept must not be that it failed.
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** The custom allocation webhook: tells DPS which IoT hub a device goes to, and passes on what it saw of the device. */
app.http('allocate', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'allocate',
  extraInputs: [hubs],
  extraOutputs: [attestations],
  handler: async (request, context) => {
    const { composeAllocation } = await load();
    const body = await request.arrayBuffer();
    const { status, body: jsonBody, message } = composeAllocation(context)(body, context.extraInputs.get(hubs));
    if (message) context.extraOutputs.set(attestations, message);
    return { status, jsonBody };
  },
});
