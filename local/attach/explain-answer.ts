import type { WebhookOutcome } from './call-webhook.ts';
import { CHECK_DEVICE } from './check-body.ts';
import { explainStatus } from './explain-status.ts';
import type { Explanation } from './explanation.ts';
import { parsedObject } from './parsed-object.ts';
import { quoted } from './quoted.ts';

/**
 * Says what a call of the webhook has shown, what DPS would make of it, and what to do.
 * @param linkedHubs those of the request, one of which must be the answer
 */
export function explainAnswer(outcome: WebhookOutcome, linkedHubs: readonly string[]): Explanation {
  switch (outcome.kind) {
    case 'timeout':
      return {
        finding: 'timeout',
        text:
          `The webhook did not answer within ${outcome.seconds} s. How long DPS waits is documented nowhere. A cold start ` +
          'may be the cause: check again now, and where that helps keep an instance always ready; else read the ' +
          "function app's log.",
      };
    case 'untrusted':
      return {
        finding: 'untrusted',
        text:
          `No TLS connection that can be trusted came about (${quoted(outcome.code)}), so nothing was sent: the certificate ` +
          'is expired, names another host or comes from no public CA, and DPS trusts no other; or what answers does not ' +
          'speak TLS. For a CA of your own machine set NODE_EXTRA_CA_CERTS.',
      };
    case 'unreachable':
      return {
        finding: 'unreachable',
        text:
          `Nobody answers at the webhook's address (${quoted(outcome.code)}). Check the host's name, that the function app ` +
          'runs, and that its network lets callers in.',
      };
    case 'answer':
      return outcome.status === 200
        ? explainSuccess(outcome.body, linkedHubs)
        : explainStatus(outcome.status, outcome.body);
  }
}

/** What the documentation asks of a 200: `iotHubHostName`, which is one of `linkedHubs`; without one DPS says 400208. */
function explainSuccess(body: string, linkedHubs: readonly string[]): Explanation {
  const response = parsedObject(body);
  const hub = response?.iotHubHostName;
  if (typeof hub !== 'string' || hub === '') {
    const what = response === undefined ? 'something that is no JSON object' : 'no iotHubHostName';
    return {
      finding: 'no-hub',
      text:
        `The webhook answered 200 with ${what}. DPS fails such a registration with 400208. Check that the URL is that of ` +
        'the function (…/api/allocate): something else seems to answer there.',
    };
  }
  const shown = quoted(hub);
  if (linkedHubs.some((each) => each.toLowerCase() === hub.toLowerCase())) {
    return {
      finding: 'allocated',
      hub: shown,
      text: `The webhook works: it sends the device ${CHECK_DEVICE} to ${shown}.`,
    };
  }
  return {
    finding: 'hub-not-linked',
    hub: shown,
    text:
      `The webhook answered 200 with '${shown}', which is none of the hubs in the request ` +
      `(${linkedHubs.length === 0 ? 'there is none' : linkedHubs.join(', ')}). DPS fails such a registration. ` +
      'Link the hub to the DPS, select it in the enrollment, or correct the webhook.',
  };
}
