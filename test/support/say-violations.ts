import type { Violation } from '../../local/emulator/observer/violation.ts';

/** Prints how many violations an emulator's observers have seen, for whoever reads the run: called however a test ends. */
export function sayViolations(of: string, emulator: { violations(): readonly Violation[] } | undefined): void {
  if (emulator !== undefined) console.log(`${of}: violations: ${emulator.violations().length}`);
}
