import { parentPort, workerData } from 'node:worker_threads';
import { type FaultCase, type FaultResult, runFaultCase } from './fault-case.ts';
import type { CleanLives } from './fault-matrix.ts';
import { faultScenario } from './fault-scenarios.ts';
import { startFaultStage } from './fault-stage.ts';

// A thread of `runFaultCases`: it is sent a case, answers with its result, and is sent the next one; `undefined` ends it.

const lives = workerData as CleanLives;
const stage = await startFaultStage();

async function run(given: FaultCase): Promise<FaultResult> {
  const clean = lives[given.scenario];
  if (clean === undefined) throw new Error(`No clean life of '${given.scenario}' has come with the thread's data`);
  return runFaultCase(stage, faultScenario(given.scenario), clean, given);
}

parentPort?.on('message', (given: FaultCase | undefined) => {
  if (given === undefined) {
    parentPort?.close();
    void stage.close();
    return;
  }
  // What goes wrong with the machinery itself is no result: it ends the thread, and the run with it.
  void run(given).then((result) => parentPort?.postMessage(result));
});
parentPort?.postMessage('ready');
