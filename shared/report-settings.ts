import { messageOf } from './errors.ts';
import {
  type NotifiableEvent,
  type NotificationFormat,
  parseAuthenticationString,
  parseConnectionString,
  parseNotifiable,
  parseNotificationFormat,
  parseSecretUrl,
} from './setting-values.ts';

/** Who is told what, besides the log. */
export interface ReportSettings {
  /** `undefined` where nothing is set, or what is set is wrong. */
  readonly applicationInsights:
    | {
        /** Checked. Holds the instrumentation key. */
        readonly connectionString: string;
        /** The identity that sends; `undefined` where the key alone will do. */
        readonly identity: { readonly clientId: string | undefined } | undefined;
      }
    | undefined;
  /** `undefined` where nothing is set, or what is set is wrong. */
  readonly notifications: NotificationSettings | undefined;
  /** What the platform calls the app. */
  readonly site: string | undefined;
  /** For which faults something of this is left out or a default stands in: renewals are none of its business. */
  readonly faults: readonly string[];
}

export interface NotificationSettings {
  /** A secret: whoever has it can write to the channel. */
  readonly url: string;
  readonly format: NotificationFormat;
  /** `undefined`: what needs a person, and the two ends of a renewal. */
  readonly events: ReadonlySet<NotifiableEvent> | undefined;
  /** Of the app, without a key; `undefined` where the platform does not say. */
  readonly statusPage: string | undefined;
}

type ReportSettingName =
  | 'APPLICATIONINSIGHTS_CONNECTION_STRING'
  | 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
  | 'NOTIFICATION_WEBHOOK_URL'
  | 'NOTIFICATION_FORMAT'
  | 'NOTIFICATION_EVENTS';

/** The settings as they are set, and the app's host name and name as the platform gives them. */
type Given = Readonly<Partial<Record<ReportSettingName | 'host' | 'site', string | undefined>>>;

/**
 * Where events go besides the log. Never throws: what is wrong with it must not keep anything from being renewed, nor
 * what is wrong with other settings from being told.
 */
export function readReportSettings(given: Given): ReportSettings {
  const faults: string[] = [];
  function read<T>(name: ReportSettingName, parse: (text: string) => T, instead: string): T | undefined {
    const text = given[name]?.trim();
    if (!text) return undefined;
    try {
      return parse(text);
    } catch (error) {
      faults.push(`${name}: ${messageOf(error)}; ${instead}`);
      return undefined;
    }
  }
  const connectionString = read(
    'APPLICATIONINSIGHTS_CONNECTION_STRING',
    parseConnectionString,
    'events are in the log alone',
  );
  const identity = read(
    'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
    parseAuthenticationString,
    'telemetry is sent without a token',
  );
  const url = read('NOTIFICATION_WEBHOOK_URL', parseSecretUrl, 'nobody is notified');
  const format = read('NOTIFICATION_FORMAT', parseNotificationFormat, 'json is sent');
  const events = read('NOTIFICATION_EVENTS', parseNotifiable, 'what needs a person is notified of');
  const statusPage = given.host ? `https://${given.host}/api/status` : undefined;
  return {
    applicationInsights: connectionString === undefined ? undefined : { connectionString, identity },
    notifications: url === undefined ? undefined : { url, format: format ?? 'json', events, statusPage },
    site: given.site || undefined,
    faults,
  };
}
