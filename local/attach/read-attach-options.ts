import { parseArgs } from 'node:util';
import type { Environment } from '../../shared/settings.ts';
import { type DpsOption, readDpsOption } from '../read-dps-option.ts';
import type { Webhook } from './attached-record.ts';
import { type Detachment, POLICIES, type Policy } from './detached-record.ts';
import type { Target } from './read-target.ts';
import { webhookFault } from './webhook-url.ts';

/** What `npm run attach` was asked to do with which enrollments. */
export type AttachTask =
  | { readonly action: 'attach'; readonly target: Target; readonly webhook: Webhook }
  | { readonly action: 'detach'; readonly target: Target; readonly detachment: Detachment }
  /** `webhookUrl` may be `undefined` where there is an enrollment to take it from. */
  | { readonly action: 'check'; readonly target: Target | undefined; readonly webhookUrl: string | undefined };

export interface AttachOptions {
  readonly help: boolean;
  /** Whether to write without asking. */
  readonly yes: boolean;
  readonly json: boolean;
  /** `undefined` with `--help`. */
  readonly request: AttachRequest | undefined;
}

export interface AttachRequest extends DpsOption {
  readonly task: AttachTask;
}

type Values = ReturnType<typeof parse>;
/** The latest stable version of the enrollment types. */
const API_VERSION = '2021-10-01';

/**
 * Reads the command line, and from the environment ALLOCATION_WEBHOOK_URL, where attaching or checking has no
 * `--webhook`, and AZURE_RESOURCE_MANAGER_URL. Throws an Error with all that is wrong, a sentence a line; it shows no key.
 */
export function readAttachOptions(args: string[], environment: Environment): AttachOptions {
  const values = parse(args);
  const { help, yes, json } = values;
  if (help) return { help, yes, json, request: undefined };
  const setting = environment.ALLOCATION_WEBHOOK_URL?.trim() || undefined;
  const faults = [...actionFaults(values), ...targetFaults(values), ...webhookFaults(values, setting)];
  const azure = readDpsOption(values.dps, environment);
  if (faults.length > 0 || 'faults' in azure) {
    throw new Error([...faults, ...('faults' in azure ? azure.faults : [])].join('\n'));
  }
  return { help, yes, json, request: { ...azure, task: taskOf(values, setting) } };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    dps: text,
    group: text,
    enrollment: text,
    'all-groups': flag,
    webhook: text,
    'api-version': text,
    'replace-key': flag,
    detach: flag,
    policy: text,
    check: flag,
    yes: flag,
    json: flag,
    help: flag,
  } as const;
  return parseArgs({ args, options }).values;
}

function taskOf(values: Values, setting: string | undefined): AttachTask {
  const target = targetOf(values);
  if (values.check) return { action: 'check', target, webhookUrl: values.webhook ?? setting };
  // That there is one, and a webhook to attach to, is among the faults.
  if (target === undefined) throw new Error('No enrollment is named.');
  if (values.detach) {
    return { action: 'detach', target, detachment: { policy: policyOf(values), webhookUrl: values.webhook } };
  }
  const webhookUrl = values.webhook ?? setting ?? '';
  const { 'api-version': apiVersion = API_VERSION, 'replace-key': replaceKey } = values;
  return { action: 'attach', target, webhook: { webhookUrl, apiVersion, replaceKey } };
}

function targetOf({ group, enrollment, 'all-groups': allGroups }: Values): Target | undefined {
  if (allGroups) return 'all-groups';
  if (group !== undefined) return { kind: 'group', id: group };
  return enrollment === undefined ? undefined : { kind: 'individual', id: enrollment };
}

function policyOf({ policy }: Values): Policy | undefined {
  return POLICIES.find((each) => each.toLowerCase() === policy?.toLowerCase());
}

function actionFaults(values: Values): string[] {
  const { check, detach, policy, 'api-version': apiVersion } = values;
  const attaches = !check && !detach;
  const given = (name: 'policy' | 'api-version' | 'replace-key') =>
    values[name] !== undefined && values[name] !== false;
  return [
    ...(check && detach ? ['Give either --check or --detach.'] : []),
    ...(!detach && given('policy')
      ? ['--policy goes with --detach: a webhook is attached with the policy custom.']
      : []),
    ...(detach && given('policy') && policyOf(values) === undefined
      ? [`--policy '${policy}' is not ${POLICIES.join(', ')}.`]
      : []),
    ...(['api-version', 'replace-key'] as const)
      .filter((name) => !attaches && given(name))
      .map((name) => `--${name} goes with neither --check nor --detach.`),
    ...(apiVersion !== undefined && !/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(apiVersion)
      ? [`--api-version '${apiVersion}' is not a version such as ${API_VERSION}.`]
      : []),
  ];
}

function targetFaults({ check, group, enrollment, 'all-groups': allGroups }: Values): string[] {
  const count = [group, enrollment].filter((id) => id !== undefined).length + (allGroups ? 1 : 0);
  if (count > 1) return ['Give one of --group, --enrollment and --all-groups.'];
  if (check) return allGroups ? ['--check takes one --group or --enrollment, or none.'] : [];
  return count === 1 ? [] : ['Say which enrollments: --group ID, --enrollment ID (an individual one) or --all-groups.'];
}

function webhookFaults({ webhook, check, detach, group, enrollment }: Values, setting: string | undefined): string[] {
  if (detach && webhook !== undefined) {
    // Only its address counts here, so a masked one will do.
    return URL.canParse(webhook) ? [] : ['--webhook is not a URL.'];
  }
  if (detach) return [];
  const url = webhook ?? setting;
  if (url === undefined) {
    const isNeeded = !check || (group === undefined && enrollment === undefined);
    return isNeeded
      ? ['Give the webhook: --webhook URL, with its function key, or the setting ALLOCATION_WEBHOOK_URL.']
      : [];
  }
  const fault = check ? undefined : webhookFault(url);
  return fault === undefined ? [] : [fault];
}
