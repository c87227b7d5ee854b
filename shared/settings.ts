import host from '../host.json' with { type: 'json' };
import { type RulesSource, rulesSource } from './allocation/rules-source.ts';
import { messageOf } from './errors.ts';
import type { Retire } from './lifecycle/ca-tags.ts';
import { type Duration, parseDuration } from './lifecycle/duration.ts';
import { parseRenewBefore, type RenewBefore } from './lifecycle/renew-before.ts';
import { parseNcrontab } from './ncrontab.ts';
import type { ResourceId } from './ports.ts';
import { type ReportSettings, readReportSettings } from './report-settings.ts';
import {
  distinctIds,
  parseList,
  parseMode,
  parseOrigin,
  parseResourceId,
  parseRetire,
  parseSecretUrl,
  parseTimeSpan,
  shown,
} from './setting-values.ts';

/** Everything that the environment decides, checked. */
export interface Settings {
  /** Origins, without a trailing slash. */
  readonly keyVaultUrls: readonly string[];
  readonly provisioningServices: readonly ResourceId[];
  readonly renewBefore: RenewBefore;
  /** How long old and new are both trusted at least. */
  readonly overlap: Duration;
  readonly retire: Retire;
  /** A secret: it carries a function key. */
  readonly allocationWebhookUrl: string | undefined;
  /** How long the host lets a function run, in milliseconds. */
  readonly functionTimeoutMs: number;
  /** `plan`: nothing is written by anything. */
  readonly mode: 'enforce' | 'plan';
  /** Of a user-assigned managed identity; `undefined` for the system-assigned one. */
  readonly clientId: string | undefined;
  /** Origin of the resource manager; sovereign clouds have their own. */
  readonly resourceManagerUrl: string;
  /** Where the Functions host keeps its own state, and the app its documents. */
  readonly storage: StorageAccount | undefined;
  /** Faults for which a default stands in: the app runs, and the scan reports them. */
  readonly warnings: readonly string[];
}

/** The storage account of the app: by connection string, or by address and identity. */
export type StorageAccount =
  | { readonly connectionString: string }
  | { readonly blobServiceUrl: string; readonly tableServiceUrl: string; readonly clientId: string | undefined };

export type Environment = Readonly<Record<string, string | undefined>>;

/** All that is wrong with the settings, one sentence each. */
export class SettingsInvalid extends Error {
  override readonly name = 'SettingsInvalid';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`Cannot run with these settings: ${faults.join('; ')}`);
    this.faults = faults;
  }
}

/** Hourly, on the hour. */
export const DEFAULT_SCHEDULE = '0 0 * * * *';
export const PUBLIC_RESOURCE_MANAGER = 'https://management.azure.com';

/**
 * Reads the environment. Throws `SettingsInvalid` with all faults at once.
 * Call it when a function runs, never while the app loads: an exception at load removes every function of the app.
 */
export function readSettings(environment: Environment = process.env): Settings {
  const faults: string[] = [];
  /** What `parse` makes of a setting; where the setting is empty and has a default, the default. */
  function read<T>(name: string, parse: (text: string) => T, fallback?: string): T | undefined {
    const text = environment[name]?.trim() || fallback;
    if (text === undefined) {
      faults.push(`${name} is missing`);
      return undefined;
    }
    try {
      return parse(text);
    } catch (error) {
      // Parsers that are not of this file quote what they were given.
      faults.push(`${name}: ${messageOf(error).replaceAll(`'${text}'`, shown(text))}`);
      return undefined;
    }
  }
  const keyVaultUrls = read('KEY_VAULT_URLS', (text) => [...new Set(parseList(text).map(parseOrigin))]);
  const provisioningServices = read('DPS_RESOURCE_IDS', (text) => distinctIds(parseList(text).map(parseResourceId)));
  const renewBefore = read('RENEW_BEFORE', parseRenewBefore, '20%');
  const overlap = read('OVERLAP', parseDuration, 'P30D');
  const retire = read('RETIRE', parseRetire, 'expired');
  const webhook = environment.ALLOCATION_WEBHOOK_URL?.trim()
    ? read('ALLOCATION_WEBHOOK_URL', parseSecretUrl)
    : undefined;
  const functionTimeoutMs = read('AzureFunctionsJobHost__functionTimeout', parseTimeSpan, host.functionTimeout);
  const mode = read('MODE', parseMode, 'enforce');
  const resourceManagerUrl = read('AZURE_RESOURCE_MANAGER_URL', parseOrigin, PUBLIC_RESOURCE_MANAGER);
  const { warning } = scanSchedule(environment);
  const warnings = [...(warning === undefined ? [] : [warning]), ...reportSettings(environment).faults];
  if (
    !keyVaultUrls ||
    !provisioningServices ||
    !renewBefore ||
    !overlap ||
    !retire ||
    !functionTimeoutMs ||
    !mode ||
    !resourceManagerUrl ||
    faults.length > 0
  ) {
    throw new SettingsInvalid([...faults, ...warnings]);
  }
  const clientId = environment.AZURE_CLIENT_ID?.trim() || undefined;
  return Object.freeze({
    keyVaultUrls,
    provisioningServices,
    renewBefore,
    overlap,
    retire,
    allocationWebhookUrl: webhook,
    functionTimeoutMs,
    mode,
    clientId,
    resourceManagerUrl,
    storage: storageAccount(environment),
    warnings,
  });
}

/**
 * The account behind the host's own setting `AzureWebJobsStorage`, in any of the forms that the host itself accepts;
 * `undefined` where none is set. Never throws: functions that need nothing else read nothing else.
 */
export function storageAccount(environment: Environment = process.env): StorageAccount | undefined {
  const setting = (suffix: string) => environment[`AzureWebJobsStorage${suffix}`]?.trim() || undefined;
  const connectionString = setting('');
  if (connectionString !== undefined) return { connectionString };
  const account = setting('__accountName');
  const addressOf = (service: string) => account && `https://${account}.${service}.core.windows.net`;
  const blobServiceUrl = setting('__blobServiceUri') ?? addressOf('blob');
  if (blobServiceUrl === undefined) return undefined;
  // The host itself needs no tables, so their address may be missing; an account's addresses differ by this word.
  const tableServiceUrl =
    setting('__tableServiceUri') ?? addressOf('table') ?? blobServiceUrl.replace('.blob.', '.table.');
  const clientId = setting('__clientId') ?? (environment.AZURE_CLIENT_ID?.trim() || undefined);
  return { blobServiceUrl, tableServiceUrl, clientId };
}

/** Who is told what, besides the log. Never throws; see `readReportSettings`. */
export function reportSettings(environment: Environment = process.env): ReportSettings {
  const { WEBSITE_HOSTNAME: host, WEBSITE_SITE_NAME: site } = environment;
  return readReportSettings({
    APPLICATIONINSIGHTS_CONNECTION_STRING: environment.APPLICATIONINSIGHTS_CONNECTION_STRING,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: environment.APPLICATIONINSIGHTS_AUTHENTICATION_STRING,
    NOTIFICATION_WEBHOOK_URL: environment.NOTIFICATION_WEBHOOK_URL,
    NOTIFICATION_FORMAT: environment.NOTIFICATION_FORMAT,
    NOTIFICATION_EVENTS: environment.NOTIFICATION_EVENTS,
    host,
    site,
  });
}

/**
 * Where the allocation rules are; `undefined` where there are none. Never throws: a fault in any other setting must not
 * keep devices from enrolling.
 */
export function allocationRules(environment: Environment = process.env): RulesSource | undefined {
  return rulesSource(environment.ALLOCATION_RULES);
}

/**
 * The schedule to register the scan with. Never throws: a malformed one would make the host drop the function without
 * a word, so the default stands in and `warning` says what is wrong.
 */
export function scanSchedule(environment: Environment = process.env): { schedule: string; warning?: string } {
  const text = environment.SCAN_SCHEDULE?.trim() || DEFAULT_SCHEDULE;
  try {
    return { schedule: parseNcrontab(text).text };
  } catch (error) {
    // What could not be meant for a schedule may be a secret in the wrong place.
    const mayBeShown = /^[\w*,/ -]{0,80}$/.test(text) && !/[\w-]{20}/.test(text);
    const reason = mayBeShown ? messageOf(error) : `a text of ${text.length} characters is not an NCRONTAB expression`;
    const warning = `SCAN_SCHEDULE: ${reason}; scanning hourly instead ('${DEFAULT_SCHEDULE}')`;
    return { schedule: DEFAULT_SCHEDULE, warning };
  }
}
