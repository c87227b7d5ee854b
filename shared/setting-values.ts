import { NOTIFIABLE } from './events.ts';
import { RETIRE, type Retire } from './lifecycle/ca-tags.ts';
import type { ResourceId } from './ports.ts';

/** The resource id of a DPS, as Azure writes it. */
const DPS_ID =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Devices\/provisioningServices\/([^/]+)$/i;

// What the text of a setting may be. Each function throws an Error that says what is wrong with it; a text that may be
// a secret in the wrong place is never repeated.

/** The items of a comma-separated list, at least one. */
export function parseList(text: string): string[] {
  const items = text.split(',').flatMap((item) => item.trim() || []);
  if (items.length === 0) throw new Error(`${shown(text)} names nothing`);
  return items;
}

/** Each once: ARM compares resource ids without regard to case. */
export function distinctIds(ids: readonly ResourceId[]): readonly ResourceId[] {
  return [...new Map(ids.map((id) => [id.id.toLowerCase(), id])).values()];
}

/**
 * A rejected value, as far as it may stand in a log: a connection string, a SAS or a password in the wrong setting must
 * not. Those have characters that no right value has, or words longer than the 36 characters of a GUID.
 */
export function shown(text: string): string {
  const isHarmless = /^[\w./:,-]{0,120}$/.test(text) && !/[\w-]{37}/.test(text);
  return isHarmless ? `'${text}'` : `a text of ${text.length} characters`;
}

/** The origin of an https URL without a path: bearer tokens go nowhere else. */
export function parseOrigin(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    throw new Error(`${shown(text)} is not an https URL without a path`);
  }
  return url.origin;
}

/** The resource id of a DPS, and its parts. */
export function parseResourceId(text: string): ResourceId {
  const [, subscriptionId, resourceGroup, name] = DPS_ID.exec(text) ?? [];
  if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) {
    throw new Error(
      `${shown(text)} is not the resource id of a DPS ` +
        `(/subscriptions/…/resourceGroups/…/providers/Microsoft.Devices/provisioningServices/…)`,
    );
  }
  return { id: text, subscriptionId, resourceGroup, name };
}

/** One of `RETIRE`, in upper or lower case. */
export function parseRetire(text: string): Retire {
  const value = RETIRE.find((each) => each === text.toLowerCase());
  if (value === undefined) throw new Error(`${shown(text)} is not ${RETIRE.join(' or ')}`);
  return value;
}

/** An https URL with a key in it: a secret, never shown. */
export function parseSecretUrl(text: string): string {
  if (URL.parse(text)?.protocol !== 'https:')
    throw new Error(`a text of ${text.length} characters is not an https URL`);
  return text;
}

/** A time span of host.json, `hh:mm:ss`, or `-1` for no limit, in milliseconds. */
export function parseTimeSpan(text: string): number {
  if (text === '-1') return Number.POSITIVE_INFINITY;
  const [, days = '0', hours, minutes, seconds] = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(text) ?? [];
  const length = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  if (!(length > 0)) throw new Error(`${shown(text)} is not a time span such as 00:10:00`);
  return length * 1000;
}

/** Whether anything may be written. */
export function parseMode(text: string): 'enforce' | 'plan' {
  if (text === 'enforce' || text === 'plan') return text;
  throw new Error(`${shown(text)} is neither 'enforce' nor 'plan'`);
}

/** What a receiver of notifications understands. */
export const NOTIFICATION_FORMATS = ['json', 'slack', 'teams'] as const;
export type NotificationFormat = (typeof NOTIFICATION_FORMATS)[number];

/** One of `NOTIFICATION_FORMATS`, in upper or lower case. */
export function parseNotificationFormat(text: string): NotificationFormat {
  const value = NOTIFICATION_FORMATS.find((each) => each === text.toLowerCase());
  if (value === undefined) throw new Error(`${shown(text)} is not ${NOTIFICATION_FORMATS.join(' or ')}`);
  return value;
}

export type NotifiableEvent = {
  [Name in keyof typeof NOTIFIABLE]: (typeof NOTIFIABLE)[Name] extends true ? Name : never;
}[keyof typeof NOTIFIABLE];

/** Names of events that somebody can be notified of. */
export function parseNotifiable(text: string): ReadonlySet<NotifiableEvent> {
  const isNotifiable = (name: string): name is NotifiableEvent =>
    new Map(Object.entries(NOTIFIABLE)).get(name) === true;
  const names = parseList(text);
  const others = names.filter((name) => !isNotifiable(name));
  if (others.length > 0) {
    const known = Object.keys(NOTIFIABLE).filter(isNotifiable);
    throw new Error(`${shown(others.join(','))}: not events that are notified of, which are ${known.join(', ')}`);
  }
  return new Set(names.filter(isNotifiable));
}

/**
 * The connection string of an Application Insights resource, in a form that the SDK takes: it throws away a string that
 * ends in a semicolon, and knows no instrumentation key in upper case.
 */
export function parseConnectionString(text: string): string {
  const fields = fieldsOf(text);
  const values = new Map(fields.map(([name, value]) => [name.toLowerCase(), value]));
  const key = values.get('instrumentationkey')?.toLowerCase();
  const endpoint = values.get('ingestionendpoint');
  const got = `a text of ${text.length} characters`;
  if (fields.some(([name, value]) => name === '' || value.includes('='))) {
    throw new Error(`${got} is not a list of NAME=VALUE`);
  }
  if (key === undefined || !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(key)) {
    throw new Error(
      `${got} has no InstrumentationKey that is a GUID; copy the resource's connection string as a whole`,
    );
  }
  if (endpoint !== undefined && URL.parse(endpoint)?.protocol !== 'https:') {
    throw new Error(`${got} has an IngestionEndpoint that is not an https URL`);
  }
  const rest = fields.filter(([name]) => name.toLowerCase() !== 'instrumentationkey');
  return [`InstrumentationKey=${key}`, ...rest.map((field) => field.join('='))].join(';');
}

/**
 * How telemetry is sent, in the form that the host has for it: `Authorization=AAD`, and `ClientId=…` for a user-assigned
 * identity. `clientId` is `undefined` for the system-assigned one.
 */
export function parseAuthenticationString(text: string): { readonly clientId: string | undefined } {
  const values = new Map(fieldsOf(text).map(([name, value]) => [name.toLowerCase(), value]));
  if (values.get('authorization')?.toUpperCase() !== 'AAD') {
    throw new Error(`a text of ${text.length} characters is not Authorization=AAD, with ;ClientId=… where needed`);
  }
  return { clientId: values.get('clientid') || undefined };
}

/** The fields of a list NAME=VALUE;… in their order; of one without a `=` the name is empty. */
function fieldsOf(text: string): [name: string, value: string][] {
  const pairs = text.split(';').flatMap((pair) => pair.trim() || []);
  return pairs.map((pair) => {
    const end = Math.max(0, pair.indexOf('='));
    return [pair.slice(0, end).trim(), pair.slice(end + 1).trim()];
  });
}
