import { CHECK_DEVICE } from './check-body.ts';
import type { Explanation } from './explanation.ts';
import { parsedObject } from './parsed-object.ts';
import { quoted } from './quoted.ts';

const AT_ONCE = 'DPS fails such a registration at once with 400207';
/** The function's own key: a host key would open more. */
const KEY_COMMAND =
  'az functionapp function keys list --resource-group GROUP --name APP --function-name allocate --query default --output tsv';

/**
 * Says what DPS makes of a status other than 200: of 401 the error 400209, of 429 and above another try, of all others
 * 400207 (Microsoft, "How to use custom allocation policies", Troubleshooting). Of the body it quotes `reason` and
 * `message` alone.
 * @param body the answer's, as text
 */
export function explainStatus(status: number, body: string): Explanation {
  const said = saidIn(body);
  const saying = said === undefined ? '' : ` (${said})`;
  if (status === 400) {
    return {
      finding: 'denied',
      text:
        `The webhook answers, and denies the device ${CHECK_DEVICE} with 400: ${said ?? 'it gives no reason'}. ${AT_ONCE}. ` +
        'Where the reason concerns this device alone, others may still be allocated; docs/allocation.md has the reasons.',
    };
  }
  if (status === 401) {
    return {
      finding: 'key-rejected',
      text:
        'The webhook answered 401: the function key in the URL is missing, wrong, or was rotated. DPS fails every ' +
        'registration with 400209. Append the present key of the function to the URL (?code=KEY) and attach again with ' +
        '--replace-key. To get it:',
      command: KEY_COMMAND,
    };
  }
  if (status >= 429) {
    return {
      finding: 'transient',
      text:
        `The webhook answered ${status}${saying}. DPS calls it again, up to ten times at growing intervals, while the ` +
        "device sees 'assigning'. The cause is in the function app's log: settings_invalid, or why allocate failed.",
    };
  }
  return otherStatus(status);
}

function otherStatus(status: number): Explanation {
  const text = (what: string) => `The webhook answered ${status}. ${AT_ONCE}. ${what}`;
  if (status === 403) {
    return {
      finding: 'forbidden',
      text: text(
        'The function app keeps callers out: see its access restrictions, its client certificate mode, and that it is not stopped.',
      ),
    };
  }
  if (status === 404) {
    return {
      finding: 'not-found',
      text: text(
        'There is no such function: the path must be /api/allocate, and the app must be deployed and have loaded it.',
      ),
    };
  }
  if (status >= 300 && status < 400) {
    return {
      finding: 'redirected',
      text: text(
        'Redirections are not followed: give the URL where the function itself answers, without a sign-in before it.',
      ),
    };
  }
  return {
    finding: 'unexpected-status',
    text: text('The webhook of this app never answers so: look what else does at its URL.'),
  };
}

function saidIn(body: string): string | undefined {
  const { reason, message } = parsedObject(body) ?? {};
  const parts = [reason, message].filter((part) => typeof part === 'string' && part !== '');
  return parts.length === 0 ? undefined : quoted(parts.join(': ')).replace(/\.$/, '');
}
