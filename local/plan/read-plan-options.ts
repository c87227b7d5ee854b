import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { PlanSettings } from '../../shared/compose.ts';
import { asObject } from '../../shared/json.ts';
import { type Environment, readSettings, SettingsInvalid } from '../../shared/settings.ts';

/** What `npm run plan` was asked for. */
export interface PlanOptions {
  readonly help: boolean;
  readonly json: boolean;
  readonly settings: PlanSettings | undefined;
}

/** The settings that a plan heeds; whatever is wrong with others is none of its business. */
const SETTINGS = [
  'KEY_VAULT_URLS',
  'DPS_RESOURCE_IDS',
  'RENEW_BEFORE',
  'OVERLAP',
  'RETIRE',
  'ALLOCATION_WEBHOOK_URL',
  'AZURE_RESOURCE_MANAGER_URL',
] as const;

type SettingName = (typeof SETTINGS)[number];

/** Options by the setting that they stand in for. */
const OPTIONS: Readonly<Partial<Record<SettingName, string>>> = {
  DPS_RESOURCE_IDS: '--dps',
  KEY_VAULT_URLS: '--vault',
  RENEW_BEFORE: '--renew-before',
  OVERLAP: '--overlap',
  RETIRE: '--retire',
};

const NOTHING_CONFIGURED = `Nothing to plan for: give it the provisioning services and the vaults of their CAs and issuers,

  npm run plan -- --dps RESOURCE-ID --vault https://NAME.vault.azure.net

or the settings DPS_RESOURCE_IDS and KEY_VAULT_URLS, in the environment or in local.settings.json.
For the resource id: az iot dps show --name NAME --query id`;

/**
 * Reads the command line, then the environment, then the local settings of Azure Functions: what is given first counts.
 * Throws an Error that says all that is wrong, and what to give where nothing is.
 * @param settingsFile path of a `local.settings.json`; there need not be one
 */
export function readPlanOptions(args: string[], environment: Environment, settingsFile: string): PlanOptions {
  const { help, json, ...given } = parse(args);
  if (help) return { help, json, settings: undefined };
  const fromOptions: Partial<Record<SettingName, string | undefined>> = {
    DPS_RESOURCE_IDS: given.dps?.join(','),
    KEY_VAULT_URLS: given.vault?.join(','),
    RENEW_BEFORE: given['renew-before'],
    OVERLAP: given.overlap,
    RETIRE: given.retire,
  };
  const fromFile = readLocalSettings(settingsFile);
  const settings = Object.fromEntries(
    SETTINGS.map((name) => [name, fromOptions[name] ?? (environment[name]?.trim() || fromFile[name])]),
  );
  if (!settings.DPS_RESOURCE_IDS && !settings.KEY_VAULT_URLS) throw new Error(NOTHING_CONFIGURED);
  return { help, json, settings: checked(settings, (name) => fromOptions[name] !== undefined) };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const texts = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    dps: texts,
    vault: texts,
    'renew-before': text,
    overlap: text,
    retire: text,
    json: flag,
    help: flag,
  } as const;
  return parseArgs({ args, options }).values;
}

/** Faults come back by the name under which the value was given. */
function checked(settings: Environment, isOption: (name: SettingName) => boolean): PlanSettings {
  try {
    return readSettings(settings);
  } catch (error) {
    if (!(error instanceof SettingsInvalid)) throw error;
    const faults = error.faults.map((fault) => {
      const name = SETTINGS.find((each) => fault.startsWith(each));
      const option = name && OPTIONS[name];
      if (name === undefined || option === undefined) return fault;
      const isMissing = fault === `${name} is missing`;
      return isMissing || isOption(name) ? fault.replace(name, isMissing ? `${option} (or ${name})` : option) : fault;
    });
    throw new Error(faults.join('\n'), { cause: error });
  }
}

/** The settings of a file as Functions Core Tools read it; none where there is no file. */
function readLocalSettings(file: string): Environment {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const values = asObject(asObject(parsed(text, file))?.Values) ?? {};
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the text, which may hold keys.
    throw new Error(`Cannot read ${file}: it is not JSON`, { cause: error });
  }
}
