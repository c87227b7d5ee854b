import type { SecondScan } from './checks.ts';
import { DUE, tag } from './due-ca.ts';
import type { Fleet, Generation } from './fleet.ts';
import { readFleet } from './read-fleet.ts';
import { type Scanned, scan, scanAgain } from './scans.ts';
import { callSection, fleetSection } from './sections.ts';
import type { Stage } from './stage.ts';

/** What came of the renewal. */
export interface Renewed {
  /** In the overlap. */
  readonly fleet: Fleet;
  readonly scanned: Scanned;
  readonly secondScan: SecondScan;
  /** Not before the last change of the renewal. */
  readonly at: Date;
}

/** Takes the pause away and has the CA renewed; then a scan that finds nothing to do. */
export async function renewCa(stage: Stage, before: Fleet, old: Generation): Promise<Renewed> {
  const { azure, api, screen, now } = stage;
  stage.chapter('The tag paused is taken away, and a scan is fired');
  await tag(stage, old, {});
  const scanned = await scan(stage, `until the renewal of ${DUE} has settled`);
  const at = now();
  stage.chapter('A second scan');
  const secondScan = await scanAgain(stage);

  const fleet = await readFleet(api, azure.emulator);
  stage.chapter('Renewed: both are trusted (+ is new, ~ changed)');
  stage.show(fleetSection(fleet, now(), screen.paint, before));
  stage.chapter('Calls that it took');
  stage.show(callSection(scanned.calls.scan, scanned.calls.renewal, screen.paint));
  return { fleet, scanned, secondScan, at };
}
