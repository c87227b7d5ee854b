import type { Reporter, TestModule } from 'vitest/node';

/** Ends a test run with one plain line that any script can read: `tests: 512 passed, 0 failed, 0 skipped`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
      // A file that could not even be loaded has no tests that could fail.
      if (module.errors().length > 0) counts.failed += 1;
    }
    const failed = counts.failed + counts.pending + errors.length;
    console.log(`tests: ${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
  }
}
