import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allocationResponse } from './allocation/allocation-response.ts';
import { type Answer, answer } from './allocation/answer.ts';
import { type AttestationMessage, attestationMessage } from './allocation/attestation-message.ts';
import { parseRules } from './allocation/parse-rules.ts';
import type { Rules } from './allocation/rules.ts';
import type { RulesSource } from './allocation/rules-source.ts';
import { messageOf } from './errors.ts';
import type { LifecycleEvent } from './events.ts';
import type { JsonObject } from './json.ts';
import { allocationRules, SettingsInvalid } from './settings.ts';
import { emitJsonLines, type Log } from './telemetry/json-lines.ts';

/** What the webhook does with one call. */
export interface WebhookResult {
  /** 503: DPS asks again later. */
  readonly status: 200 | 400 | 503;
  readonly body: JsonObject;
  /** For the queue `attestations`; `undefined` where no device has been allocated. */
  readonly message: AttestationMessage | undefined;
}

/** host.json is one folder above this file, and above the bundle that it becomes a part of. */
const APP_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Read once in the life of a process, once they are right. */
let rules: Rules | undefined;

/**
 * The webhook, put together for one invocation. A composition root of its own: a device waits for the answer, so nothing
 * slow is loaded, called or waited for. It reads no setting but its own. Where that is wrong, it says so in
 * `settings_invalid` and answers 503: a default in its place would move devices.
 */
export function composeAllocation(log: Log): (body: ArrayBuffer, hubs: unknown) => WebhookResult {
  const emit = emitJsonLines(log);
  return (body, hubs) => {
    try {
      rules ??= readRules(allocationRules());
    } catch (error) {
      if (!(error instanceof SettingsInvalid)) throw error;
      emit({ event: 'settings_invalid', faults: error.faults });
      const message = 'Cannot allocate: ALLOCATION_RULES is wrong; settings_invalid in the log has the faults.';
      return { status: 503, body: { reason: 'settings-invalid', message }, message: undefined };
    }
    const answered = answer({ body: new Uint8Array(body), rules, hubs, now: new Date() });
    emit(eventOf(answered));
    const message = 'attestation' in answered ? attestationMessage(answered.attestation) : undefined;
    return { ...allocationResponse(answered.decision), message };
  };
}

/** The rules of a source. Throws `SettingsInvalid` with every fault, each with its path in the JSON. */
export function readRules(source: RulesSource | undefined): Rules {
  if (source === undefined) return [];
  const parsed = parseRules('file' in source ? readFile(source.file) : source.inline);
  if ('rules' in parsed) return parsed.rules;
  throw new SettingsInvalid(parsed.faults.map((fault) => `ALLOCATION_RULES: ${fault}`));
}

function readFile(file: string): string {
  try {
    return readFileSync(resolve(APP_ROOT, file), 'utf8');
  } catch (error) {
    // Whoever put something else into the setting, a secret maybe, must not find it in the log.
    const named = /^[\w./ -]{1,120}$/.test(file) ? `the file '${file}'` : `a file (${file.length} characters)`;
    const cause = (error as NodeJS.ErrnoException).code ?? messageOf(error);
    throw new SettingsInvalid([
      `ALLOCATION_RULES: cannot read ${named} in the app's folder (${cause}); it must be JSON, or the path of a file of it`,
    ]);
  }
}

function eventOf(answered: Answer): LifecycleEvent {
  if (!('attestation' in answered)) {
    const { request, decision } = answered;
    const { denied: reason, message } = decision;
    return { event: 'allocation_denied', ...(request && subjectOf(request)), reason, message };
  }
  const { request, decision, gap } = answered;
  return {
    event: 'device_allocated',
    ...subjectOf(request),
    hub: decision.hub,
    rule: decision.rule,
    ...(request.currentHub !== undefined && { from: request.currentHub }),
    ...(gap && { weights: gap }),
  };
}

function subjectOf({ registrationId, enrollment: { id: enrollment, kind } }: NonNullable<Answer['request']>) {
  return { registrationId, enrollment, kind };
}
