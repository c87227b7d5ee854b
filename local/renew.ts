import { messageOf } from '../shared/errors.ts';
import { createTalk, type Talk } from './attach/talk.ts';
import { readOptions } from './read-options.ts';
import { callApp } from './renew/call-app.ts';
import { outcomeOf } from './renew/outcome-of.ts';
import { type RenewRequest, readRenewOptions } from './renew/read-renew-options.ts';
import { deniedSchema, queuedSchema } from './renew/renewal-answer.ts';
import { deniedLines, endedLines, queuedLines } from './renew/renewal-lines.ts';
import { waitForRenewal } from './renew/wait-for-renewal.ts';
import { paragraph } from './terminal/paragraph.ts';

const USAGE = `Usage: npm run renew -- --ca NAME [--vault URL] [--force] [--wait] [--app URL] [--key-from-env NAME] [--json]

Has the app look at one CA now and do whatever is due; with --force it is renewed although it is not due. The app only
queues it: the renewal itself takes seconds to minutes.

  --ca NAME            the CA, by its certificate name in Key Vault
  --vault URL          its vault, where more than one holds the name
  --force              replace its newest version now, due or not
  --wait               wait for the end, as the status page has it, and show what was done
  --app URL            where the app is, https://APP.azurewebsites.net  (or the environment variable RENEW_APP_URL)
  --key-from-env NAME  the environment variable with the key of the function renew-now (default RENEW_FUNCTION_KEY)
  --json               the result as JSON
  --help               print this

A key is no argument: those stay in the shell's history. Let the shell fetch it:

  export RENEW_FUNCTION_KEY=$(az functionapp function keys list --resource-group GROUP --name APP \\
    --function-name renew-now --query default --output tsv)

--wait reads the status with STATUS_FUNCTION_KEY, the key of the function status; a host key serves for both.

Exit code: 0 queued, or with --wait finished; 1 failed, or not finished yet; 2 wrong usage; 3 refused, a person must act.
`;

const EXIT_FAILURE = 1;
const EXIT_REFUSED = 3;

/** `npm run renew`; its exit codes are in USAGE. */
export async function main(args: string[]): Promise<void> {
  const { request, json } = readOptions(USAGE, () => readRenewOptions(args, process.env));
  if (request === undefined) return; // --help has ended the process.
  try {
    process.exitCode = await run(request, createTalk(process, { yes: true, json }));
  } catch (error) {
    process.stderr.write(`${paragraph(messageOf(error)).join('\n')}\n`);
    process.exitCode = EXIT_FAILURE;
  }
}

async function run(request: RenewRequest, talk: Talk): Promise<number> {
  const { ca, vault, force, wait, app, keys } = request;
  const url = new URL('/api/renew', app);
  const answer = await callApp({ method: 'POST', url, key: keys.renew, body: { ca, vault, force } });
  const queued = queuedSchema.safeParse(answer.status === 202 ? answer.body : undefined);
  if (!queued.success) return denied(answer.status, answer.body, url, talk);
  talk.lines(queuedLines(queued.data, talk.paint));
  if (!wait) {
    talk.data({ outcome: 'queued', ...queued.data });
    return 0;
  }
  const ended = await waitForRenewal(request, queued.data);
  const outcome = outcomeOf(ended);
  talk.lines(endedLines(ended, talk.paint));
  talk.data({ outcome, ...queued.data, ended });
  return { finished: 0, unfinished: EXIT_FAILURE, refused: EXIT_REFUSED }[outcome];
}

/** Throws an Error for an answer that is none of the route's. */
function denied(status: number, body: unknown, url: URL, talk: Talk): number {
  const read = deniedSchema.safeParse(body);
  if (!read.success) throw new Error(strangerText(status, url));
  talk.lines(deniedLines(read.data, talk.paint));
  const isRefused = status === 404 || status === 409;
  talk.data({ outcome: isRefused ? 'refused' : 'failed', status, ...read.data });
  return isRefused ? EXIT_REFUSED : EXIT_FAILURE;
}

function strangerText(status: number, url: URL): string {
  const what = `POST ${url.href} answered ${status}`;
  if (status === 401) return `${what}: it takes another key, that of the function renew-now or a host key.`;
  if (status === 404) return `${what}: there is no such route. Is it the app's address, and is the app deployed there?`;
  return `${what}, without saying why. Read the log of the function renew-now.`;
}
