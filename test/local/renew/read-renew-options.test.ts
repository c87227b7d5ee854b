import { describe, expect, it } from 'vitest';
import { readRenewOptions } from '../../../local/renew/read-renew-options.ts';

const APP = 'https://app.azurewebsites.net';
const ENVIRONMENT = { RENEW_FUNCTION_KEY: 'k3y-of-renew', RENEW_APP_URL: APP };
const read = (args: readonly string[], environment: Record<string, string> = ENVIRONMENT) =>
  readRenewOptions([...args], environment);
const PLAIN = {
  ca: 'plant-a-ca',
  vault: undefined,
  force: false,
  wait: false,
  app: new URL(APP),
  keys: { renew: 'k3y-of-renew', status: 'k3y-of-renew' },
};

describe('the options of npm run renew', () => {
  it.each<[string, string[], Record<string, string>, object]>([
    ['a name; where the app is and the key come from the environment', [], ENVIRONMENT, PLAIN],
    [
      '--app before the environment',
      ['--app', 'https://other.example'],
      ENVIRONMENT,
      { ...PLAIN, app: new URL('https://other.example') },
    ],
    [
      'plain http on this machine',
      ['--app', 'http://127.0.0.1:7071'],
      ENVIRONMENT,
      { ...PLAIN, app: new URL('http://127.0.0.1:7071') },
    ],
    [
      'the flags and a vault',
      ['--force', '--wait', '--vault', 'https://kv.vault.azure.net'],
      ENVIRONMENT,
      { ...PLAIN, force: true, wait: true, vault: 'https://kv.vault.azure.net' },
    ],
    [
      'a key for the status',
      [],
      { ...ENVIRONMENT, STATUS_FUNCTION_KEY: 'k3y-of-status' },
      { ...PLAIN, keys: { renew: 'k3y-of-renew', status: 'k3y-of-status' } },
    ],
    [
      'a key under another name',
      ['--key-from-env', 'HOST_KEY'],
      { RENEW_APP_URL: APP, HOST_KEY: 'k3y' },
      { ...PLAIN, keys: { renew: 'k3y', status: 'k3y' } },
    ],
  ])('%s', (_, args, environment, request) => {
    expect(read(['--ca', 'plant-a-ca', ...args], environment)).toEqual({ help: false, json: false, request });
  });

  it.each<[string, string[], Record<string, string>, string]>([
    [
      'nothing at all, in one go',
      [],
      {},
      'Say which CA: --ca NAME, its certificate name in Key Vault.\n' +
        'Say where the app is: --app https://APP.azurewebsites.net, or RENEW_APP_URL.\n' +
        'The function key is missing: put it into the environment variable RENEW_FUNCTION_KEY (see --help).',
    ],
    ['a vault that is no URL', ['--ca', 'a', '--vault', 'kv-fleet'], ENVIRONMENT, "--vault 'kv-fleet' is not a URL."],
    [
      'plain http elsewhere',
      ['--ca', 'a', '--app', 'http://app.example'],
      ENVIRONMENT,
      'http://app.example is not https: the function key would go over the wire in clear.',
    ],
    [
      'an address with a key in it, which is not repeated',
      ['--ca', 'a', '--app', `${APP}/api/renew?code=s3cret`],
      ENVIRONMENT,
      'The address of the app is not a URL such as https://APP.azurewebsites.net.',
    ],
    ['an option that there is none of', ['--ca', 'a', '--key', 's3cret'], ENVIRONMENT, "Unknown option '--key'"],
  ])('refuses %s', (_, args, environment, message) => {
    const text = (() => {
      try {
        return JSON.stringify(read(args, environment));
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    })();
    expect(text.slice(0, message.length)).toBe(message);
    expect(text).not.toMatch(/s3cret|k3y/);
  });
});
