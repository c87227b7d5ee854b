import { setTimeout as delay } from 'node:timers/promises';
import { QueueServiceClient } from '@azure/storage-queue';

/**
 * Resolves once both queues of renewals are empty: nothing waits, nothing is hidden or being processed. The test's own
 * time limit ends a wait in vain.
 * @param storage connection string of the app's storage account
 */
export async function queuesEmpty(storage: string): Promise<void> {
  const service = QueueServiceClient.fromConnectionString(storage);
  const queues = ['renewals', 'renewals-poison'].map((name) => service.getQueueClient(name));
  for (;;) {
    const counts = await Promise.all(
      queues.map(async (queue) =>
        (await queue.exists()) ? (await queue.getProperties()).approximateMessagesCount : 0,
      ),
    );
    if (counts.every((count) => count === 0)) return;
    await delay(100);
  }
}
