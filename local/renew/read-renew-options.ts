import { parseArgs } from 'node:util';
import type { Environment } from '../../shared/settings.ts';

/** What `npm run renew` was asked for. */
export interface RenewOptions {
  readonly help: boolean;
  readonly json: boolean;
  /** `undefined` with `--help`. */
  readonly request: RenewRequest | undefined;
}

export interface RenewRequest {
  readonly ca: string;
  /** As it was given; the app knows which vaults there are. */
  readonly vault: string | undefined;
  readonly force: boolean;
  readonly wait: boolean;
  /** Where the app's routes are. */
  readonly app: URL;
  /** Secrets. */
  readonly keys: { readonly renew: string; readonly status: string };
}

const KEY = 'RENEW_FUNCTION_KEY';

/**
 * Reads the command line, and from the environment the function keys and RENEW_APP_URL: an argument would stay in the
 * shell's history, and every process of the machine could read it. Throws an Error with all that is wrong, a sentence a
 * line; it shows no key.
 */
export function readRenewOptions(args: string[], environment: Environment): RenewOptions {
  const { help, json, wait, force, ca, vault, ...given } = parse(args);
  if (help) return { help, json, request: undefined };
  const keyName = given['key-from-env'];
  const key = environment[keyName]?.trim();
  const app = readApp(given.app ?? environment.RENEW_APP_URL?.trim());
  const faults = [
    ...(ca === undefined || ca === '' ? ['Say which CA: --ca NAME, its certificate name in Key Vault.'] : []),
    ...(vault !== undefined && !URL.canParse(vault) ? [`--vault '${vault}' is not a URL.`] : []),
    ...('fault' in app ? [app.fault] : []),
    ...(key ? [] : [`The function key is missing: put it into the environment variable ${keyName} (see --help).`]),
  ];
  if (faults.length > 0 || ca === undefined || 'fault' in app || !key) throw new Error(faults.join('\n'));
  const keys = { renew: key, status: environment.STATUS_FUNCTION_KEY?.trim() || key };
  return { help, json, request: { ca, vault, force, wait, app: app.url, keys } };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    ca: text,
    vault: text,
    force: flag,
    wait: flag,
    app: text,
    'key-from-env': { type: 'string', default: KEY },
    json: flag,
    help: flag,
  } as const;
  return parseArgs({ args, options }).values;
}

/** A key goes over https, or nowhere but to this machine. */
function readApp(text: string | undefined): { readonly url: URL } | { readonly fault: string } {
  if (!text) return { fault: 'Say where the app is: --app https://APP.azurewebsites.net, or RENEW_APP_URL.' };
  const url = URL.parse(text);
  // What is no URL, or has more to it than an address, may hold a key: it is not repeated.
  const isBare = url !== null && !url.search && !url.hash && !url.username && !url.password && url.pathname === '/';
  if (!isBare) return { fault: 'The address of the app is not a URL such as https://APP.azurewebsites.net.' };
  const isLoopback = url.hostname === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)) return { url };
  return { fault: `${url.origin} is not https: the function key would go over the wire in clear.` };
}
