import { type Profiler, Session } from 'node:inspector/promises';

export interface StepCounter {
  /** How often the blocks of the reader and of node-forge ran during a call. */
  stepsOf(call: () => void): Promise<number>;
  close(): Promise<void>;
}

/**
 * Counts steps: a measure of cost that is the same on every machine, however busy. What runs inside of V8 (copies,
 * regular expressions) is not counted, nor is all of what is called for the first time.
 */
export async function startStepCounter(): Promise<StepCounter> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return {
    stepsOf: async (call) => {
      // Taking the counts sets them back.
      await session.post('Profiler.takePreciseCoverage');
      call();
      const { result } = await session.post('Profiler.takePreciseCoverage');
      return result
        .filter(({ url }) => /\/shared\/x509\/|\/node-forge\//.test(url))
        .flatMap(({ functions }: Profiler.ScriptCoverage) => functions.flatMap(({ ranges }) => ranges))
        .reduce((sum, { count }) => sum + count, 0);
    },
    close: async () => {
      await session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}
