import { failureText } from './attach/failure-text.ts';
import { type AttachRequest, readAttachOptions } from './attach/read-attach-options.ts';
import { runChange } from './attach/run-change.ts';
import { runCheck } from './attach/run-check.ts';
import { createTalk, type Talk } from './attach/talk.ts';
import { readOptions } from './read-options.ts';
import { wrap } from './terminal/layout.ts';

const USAGE = `Usage: npm run attach -- --dps RESOURCE-ID (--group ID | --enrollment ID | --all-groups) --webhook URL
                         [--api-version VERSION] [--replace-key] [--yes] [--json]
       npm run attach -- --dps RESOURCE-ID (--group ID | --enrollment ID | --all-groups) --detach
                         [--policy hashed|geoLatency|static] [--webhook URL] [--yes] [--json]
       npm run attach -- --dps RESOURCE-ID [--group ID | --enrollment ID] --check [--webhook URL] [--json]

Has the custom allocation webhook choose the hubs of enrollments; everything else in them stays as it is. The difference
is shown first, and nothing is written without a yes.

  --dps RESOURCE-ID     the DPS, by its ARM resource id
  --group ID            an enrollment group
  --enrollment ID       an individual enrollment
  --all-groups          every enrollment group of the DPS
  --webhook URL         the webhook with its function key (setting ALLOCATION_WEBHOOK_URL); with --detach, leave alone
                        what is attached to another one
  --api-version VERSION of the enrollments in the calls of the webhook (default 2021-10-01)
  --replace-key         write the URL even where DPS masks the key of the present one, which may be the same
  --detach              take the webhook away
  --policy POLICY       what allocates then (default: the policy of the DPS, as for enrollments that have none)
  --check               call the webhook as DPS would, for a made-up device, and explain the answer; nothing is changed
  --yes                 do not ask
  --json                the result as JSON; needs --yes to write
  --help                print this

Whoever is signed in with 'az login' is asked for (DefaultAzureCredential): Reader on the DPS, and Device Provisioning
Service Data Contributor (for --check, Data Reader).

Exit code: 0 done or nothing to do, 1 not (all) done or the check failed, 2 wrong usage, or nobody to ask and no --yes.
`;

const EXIT_FAILURE = 1;
const ERROR_WIDTH = 78;

/** `npm run attach`; its exit codes are in USAGE. */
export async function main(args: string[]): Promise<void> {
  const { request, yes, json } = readOptions(USAGE, () => readAttachOptions(args, process.env));
  if (request === undefined) return; // --help has ended the process.
  try {
    process.exitCode = await run(request, createTalk(process, { yes, json }));
  } catch (error) {
    const lines = `${failureText(error)}.`.split('\n').flatMap((line) => wrap(line, ERROR_WIDTH));
    process.stderr.write(`${lines.join('\n')}\n`);
    process.exitCode = EXIT_FAILURE;
  }
}

async function run({ task, dps, resourceManagerUrl }: AttachRequest, talk: Talk): Promise<number> {
  // The SDKs are not loaded for --help and wrong options, which are answered at once.
  const [{ connect }, { signIn }] = await Promise.all([import('./attach/connect.ts'), import('./sign-in.ts')]);
  const connected = await connect(dps, resourceManagerUrl, await signIn(resourceManagerUrl));
  return task.action === 'check' ? runCheck(connected, task, talk) : runChange(connected, task, talk);
}
