import type { PlanSettings } from '../shared/compose.ts';
import type { Plan } from '../shared/operations/planned.ts';
import { planLines } from './plan/plan-lines.ts';
import { readPlanOptions } from './plan/read-plan-options.ts';
import { createView } from './plan/view.ts';
import { readOptions } from './read-options.ts';
import { paragraph } from './terminal/paragraph.ts';
import { createScreen } from './terminal/screen.ts';

const USAGE = `Usage: npm run plan -- --dps RESOURCE-ID … --vault URL … [--renew-before SPAN] [--overlap DURATION]
                       [--retire expired|unused|overlap|never] [--json]

What the app would do with the CA certificates of these provisioning services, and when, and what is in its way. It only
reads: nothing is changed, in Azure or anywhere else.

  --dps RESOURCE-ID    a DPS, by its ARM resource id; may be repeated      (setting DPS_RESOURCE_IDS)
  --vault URL          a vault of CAs or of their issuers; may be repeated (setting KEY_VAULT_URLS)
  --renew-before SPAN  a share of the lifetime or an ISO 8601 duration     (setting RENEW_BEFORE, default 20%)
  --overlap DURATION   ISO 8601                                            (setting OVERLAP, default P30D)
  --retire WHEN        when an older CA may go                             (setting RETIRE, default expired)
  --json               the plan as JSON (docs/plan.md)
  --help               print this

An option counts before the setting in the environment, and that before the one in local.settings.json of this folder.
Other settings that count: ALLOCATION_WEBHOOK_URL, AZURE_RESOURCE_MANAGER_URL. Whoever is signed in with 'az login' is
asked for (DefaultAzureCredential); Reader on the DPS, Device Provisioning Service Data Reader and Key Vault Reader
suffice.

Exit code: 0 nothing is due, 2 something is due, 3 something needs a person, 1 nothing could be read or wrong usage.
`;

const EXIT_FAILURE = 1;
const EXIT_CODES: Readonly<Record<Plan['verdict'], number>> = { 'nothing-due': 0, due: 2, attention: 3 };

/** `npm run plan`; its exit codes are in USAGE. */
export async function main(args: string[]): Promise<void> {
  const read = () => readPlanOptions(args, process.env, 'local.settings.json');
  const { json, settings } = readOptions(USAGE, read, EXIT_FAILURE);
  if (settings === undefined) return; // --help has ended the process.
  const { stdout } = process;
  const screen = createScreen(stdout, () => performance.now());
  try {
    const reading = planWith(settings);
    const plan = await (json ? reading : screen.task('reading', reading));
    if (json) screen.line(JSON.stringify(plan, undefined, 2));
    else {
      const view = createView(plan, stdout.isTTY ? stdout.columns : undefined, screen.paint);
      for (const line of planLines(plan, view)) screen.line(line);
    }
    process.exitCode = EXIT_CODES[plan.verdict];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message.split('\n').flatMap(paragraph).join('\n')}\n`);
    process.exitCode = EXIT_FAILURE;
  }
  screen.end();
}

async function planWith(settings: PlanSettings): Promise<Plan> {
  // The SDKs take half a second to load, for which nobody waits who asks for --help or has mistyped an option.
  const [{ composePlan }, { signIn }] = await Promise.all([import('../shared/compose.ts'), import('./sign-in.ts')]);
  return composePlan(settings, await signIn(settings.resourceManagerUrl));
}
