import { readRules } from './compose-allocation.ts';
import { nextOccurrence, parseNcrontab } from './ncrontab.ts';
import { readSnapshot } from './operations/read-snapshot.ts';
import { allocationRules, readSettings, SettingsInvalid, scanSchedule } from './settings.ts';
import { filterRedirect } from './status/filter-redirect.ts';
import type { SettingFault, StatusReport } from './status/status-report.ts';
import { type StatusResponse, statusResponse } from './status/status-response.ts';

/** What of an HTTP request the status page heeds. */
export interface StatusRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** So many scans may stay away before the page says so: one may be late, and one may fail. */
const PATIENCE_SCANS = 3;

/**
 * The status page, put together for one request. A composition root of its own: it calls nothing in Azure and loads no
 * SDK, so that it answers where everything else fails.
 * @param document parsed JSON of the blob `status/latest.json`; `undefined` or null where there is none
 */
export async function composeStatus(request: StatusRequest, document: unknown): Promise<StatusResponse> {
  if (request.method === 'POST') return filterRedirect(request.query, await request.text());
  const respond = (snapshot: StatusReport['snapshot']) => {
    const report: StatusReport = {
      now: new Date(),
      snapshot,
      overdueAt: snapshot && overdueAfter(snapshot.blind?.at ?? snapshot.at),
      settings: settingFaults(),
      filter: { dps: request.query.get('dps') || undefined, state: request.query.get('state') || undefined },
    };
    return statusResponse(report, request.headers.get('accept'));
  };
  try {
    return respond(readSnapshot(document));
  } catch {
    // A document that somebody has damaged is as good as none: the next scan writes it anew.
    return respond(undefined);
  }
}

/** When so many scans should have come since the last one. */
function overdueAfter(last: Date): Date {
  const schedule = parseNcrontab(scanSchedule().schedule);
  let at = last;
  for (let scans = 0; scans < PATIENCE_SCANS; scans += 1) at = nextOccurrence(schedule, at);
  return at;
}

/** What is wrong with any setting, those of the webhook included. No fault repeats what may be a secret. */
function settingFaults(): readonly SettingFault[] {
  let warnings: readonly string[] = [];
  const faults = faultsOf(() => {
    warnings = readSettings().warnings;
  });
  const of = (effect: SettingFault['effect']) => (fault: string) => ({ fault, effect });
  return [
    ...faults.map(of('nothing-runs')),
    ...faultsOf(() => readRules(allocationRules())).map(of('no-allocation')),
    ...warnings.map(of('default')),
  ];
}

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof SettingsInvalid)) throw error;
    return error.faults;
  }
}
