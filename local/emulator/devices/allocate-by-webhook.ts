import { showDefinition } from '../enrollments/show-enrollment.ts';
import { asObject, parseLossless } from '../lossless-json.ts';
import type { Allocation, AllocationFailure } from './allocation.ts';
import { allocationRequest } from './allocation-request.ts';
import type { Assignment } from './assignment.ts';
import type { WebhookAnswer, WebhookCaller } from './webhook.ts';

export interface WebhookWorld {
  readonly webhooks: Pick<WebhookCaller, 'post'>;
  /** Waits so many milliseconds of the service's time. */
  readonly delay: (ms: number) => Promise<unknown>;
}

/** The retry policy that DPS documents: ten retries after 1 s, 10 s, 19 s and so on, if the status is 429 or above. */
const RETRIES = 10;
const FIRST_WAIT_MS = 1000;
const LONGER_BY_MS = 9000;

/**
 * Has the webhook of an enrollment choose the hub (custom allocation).
 * ASSUMED: that a webhook which does not answer is tried again like one that answers 500, and reported with the code of
 * other failures; that a redirect is a failure; that 400207 says it, too, if the hub is none of linkedHubs; that an
 * answer which is not a JSON object names no hub; and all sentences but that on the status code.
 */
export async function allocateByWebhook(assignment: Assignment, world: WebhookWorld): Promise<Allocation> {
  const url = String(showDefinition(assignment.enrollment)?.webhookUrl);
  const body = JSON.stringify(allocationRequest(assignment));
  let answer = await world.webhooks.post(url, body);
  for (let retry = 0; retry < RETRIES && isTransient(answer); retry++) {
    await world.delay(FIRST_WAIT_MS + retry * LONGER_BY_MS);
    answer = await world.webhooks.post(url, body);
  }
  return judge(answer, assignment.linkedHubs);
}

function isTransient(answer: WebhookAnswer | 'unreachable'): boolean {
  return answer === 'unreachable' || answer.status >= 429;
}

function judge(answer: WebhookAnswer | 'unreachable', linkedHubs: readonly string[]): Allocation {
  if (answer === 'unreachable') return failure(400_207, 'Custom allocation failed: the webhook did not answer');
  const { status } = answer;
  if (status === 401) return failure(400_209, 'Custom allocation failed: unauthorized access to the webhook');
  if (status !== 200) return failure(400_207, `Custom allocation failed with status code: ${status}`);
  const response = asObject(parse(answer.body));
  const name = response?.iotHubHostName;
  if (typeof name !== 'string' || name === '') {
    return failure(400_208, 'Custom allocation failed: the webhook did not specify an IoT hub');
  }
  const hub = linkedHubs.find((each) => each.toLowerCase() === name.toLowerCase());
  if (hub === undefined) return failure(400_207, `Custom allocation failed: '${name}' is not a linked IoT hub`);
  return { hub, initialTwin: response?.initialTwin ?? undefined, payload: response?.payload ?? undefined };
}

function parse(text: string | undefined): unknown {
  try {
    return parseLossless(text ?? '');
  } catch {
    // A webhook may answer anything: text that is no JSON names no hub.
    return undefined;
  }
}

function failure(errorCode: number, errorMessage: string): AllocationFailure {
  return { errorCode, errorMessage };
}
