import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type CleanLife, cleanLifeOf, type FaultCase, type FaultResult } from './fault-case.ts';
import type { CleanLives } from './fault-matrix.ts';
import type { FaultScenario } from './fault-scenarios.ts';
import { startFaultStage } from './fault-stage.ts';

/** Lives through each scenario without faults. */
export async function cleanLivesOf(scenarios: readonly FaultScenario[]): Promise<CleanLives> {
  const stage = await startFaultStage();
  try {
    const lives: Record<string, CleanLife> = {};
    for (const scenario of scenarios) lives[scenario.name] = await cleanLifeOf(stage, scenario);
    return lives;
  } finally {
    await stage.close();
  }
}

/**
 * Runs cases on so many threads as the machine has processors, each with servers of its own.
 * Throws an Error where a thread fails, which no case makes it do.
 * @param onResult called with each result as it comes, in whatever order
 */
export async function runFaultCases(
  lives: CleanLives,
  cases: readonly FaultCase[],
  onResult: (result: FaultResult) => void = () => undefined,
): Promise<readonly FaultResult[]> {
  const waiting = [...cases].reverse();
  const results: FaultResult[] = [];
  const threads = Math.min(availableParallelism(), cases.length);
  await Promise.all(
    Array.from({ length: threads }, () =>
      runThread(lives, waiting, (result) => {
        results.push(result);
        onResult(result);
      }),
    ),
  );
  return results;
}

function runThread(lives: CleanLives, waiting: FaultCase[], onResult: (result: FaultResult) => void): Promise<void> {
  // The environment is copied: each thread has an identity endpoint of its own.
  const worker = new Worker(new URL('./fault-worker.ts', import.meta.url), { workerData: lives });
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', resolve);
    worker.on('message', (message: FaultResult | 'ready') => {
      if (message !== 'ready') onResult(message);
      worker.postMessage(waiting.pop());
    });
  });
}
