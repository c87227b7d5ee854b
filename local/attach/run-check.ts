import { KINDS } from '../../shared/azure/enrollment-records.ts';
import { asObject } from '../../shared/json.ts';
import type { Enrollment } from '../../shared/ports.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { callWebhook } from './call-webhook.ts';
import { checkBody } from './check-body.ts';
import type { ConnectedDps } from './connect.ts';
import { explainAnswer } from './explain-answer.ts';
import type { Explanation } from './explanation.ts';
import { isCustom } from './is-custom.ts';
import type { AttachTask } from './read-attach-options.ts';
import { readTarget } from './read-target.ts';
import type { Talk } from './talk.ts';
import { isMasked, isSameWebhook, shownUrl, webhookFault } from './webhook-url.ts';

type CheckTask = Extract<AttachTask, { readonly action: 'check' }>;

/** DPS has been seen to wait for more than four seconds; nothing says for how long. */
const TIMEOUT_MS = 5_000;

/**
 * Calls a webhook as DPS would, and says what came of it. Returns the exit code: 0 if it gave a hub, else 1. Throws an
 * Error where there is no whole URL to call.
 */
export async function runCheck(dps: ConnectedDps, task: CheckTask, talk: Talk): Promise<number> {
  const [enrollment] = task.target === undefined ? [] : await readTarget(dps, task.target);
  const webhookUrl = task.webhookUrl ?? urlOf(enrollment);
  if (enrollment !== undefined && task.webhookUrl === undefined) assertWhole(webhookUrl, enrollment);
  const webhook = shownUrl(webhookUrl);
  const notes = enrollment === undefined ? [] : notesOn(enrollment, webhookUrl);
  const explanation = await check(dps, enrollment, webhookUrl);
  const { finding, text, command, hub } = explanation;
  const sign = finding === 'allocated' ? talk.paint('green', '✓') : talk.paint('red', '✗');
  talk.lines([
    '',
    `  ${sign} POST ${webhook}`,
    ...paragraph(text),
    ...(command === undefined ? [] : ['', `  ${command}`]),
    ...notes.flatMap((note) => ['', ...paragraph(note)]),
    '',
  ]);
  talk.data({ action: 'check', dps: dps.name, webhook, finding, hub, text, command, notes });
  return finding === 'allocated' ? 0 : 1;
}

async function check(dps: ConnectedDps, enrollment: Enrollment | undefined, webhookUrl: string): Promise<Explanation> {
  const fault = webhookFault(webhookUrl);
  if (fault !== undefined) return { finding: 'not-callable', text: `${fault} It was not called.` };
  const body = checkBody(enrollment, webhookUrl, dps.hubs);
  return explainAnswer(await callWebhook(webhookUrl, body, TIMEOUT_MS), body.linkedHubs);
}

function urlOf(enrollment: Enrollment | undefined): string {
  const url = asObject(enrollment?.record.customAllocationDefinition)?.webhookUrl;
  return typeof url === 'string' ? url : '';
}

function assertWhole(webhookUrl: string, { kind, id }: Enrollment): void {
  const name = `${KINDS[kind].called} '${id}'`;
  if (webhookUrl === '') throw new Error(`Cannot check: ${name} has no webhook. Give one with --webhook URL.`);
  if (!isMasked(webhookUrl)) return;
  throw new Error(
    `Cannot check: DPS shows the webhook of ${name} as ${shownUrl(webhookUrl)}, without its key. Give it whole with --webhook URL.`,
  );
}

/** What the answer does not tell: whether DPS would call this webhook at all. */
function notesOn({ kind, id, record }: Enrollment, webhookUrl: string): readonly string[] {
  const name = `${KINDS[kind].called} '${id}'`;
  const present = asObject(record.customAllocationDefinition)?.webhookUrl;
  if (!isCustom(record) || typeof present !== 'string') {
    return [`DPS does not call it for ${name}, which is attached to no webhook.`];
  }
  if (!isSameWebhook(present, webhookUrl)) {
    return [`DPS does not call it for ${name}, which is attached to ${shownUrl(present)}.`];
  }
  if (isMasked(present)) return [`Whether ${name} holds the same key cannot be told: DPS does not show it.`];
  return present === webhookUrl ? [] : [`${name} is attached to it with another key.`];
}
