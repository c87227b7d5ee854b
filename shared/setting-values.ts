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
