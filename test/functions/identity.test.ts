import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeedInput } from '../../local/emulator/seed.ts';
import { accepted } from '../support/accepted-calls.ts';
import { counted } from '../support/counts.ts';
import { type EndState, endState } from '../support/end-state.ts';
import { type IdentityFailure, type IdentityProxy, startIdentityProxy } from '../support/identity-proxy.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

interface Case {
  readonly failure: IdentityFailure;
  /** A CA of its own, since what one case renews is not due in the next. */
  readonly ca: string;
  /** What the errors of scan and renewal say of it. */
  readonly says: RegExp;
  /** Whether the host must be started anew before it can get a token again. */
  readonly restarts: boolean;
}

const CASES: readonly Case[] = [
  { failure: 'error', ca: 'ca-error', says: /ManagedIdentityCredential: .*out of order/, restarts: false },
  { failure: 'unreachable', ca: 'ca-unreachable', says: /ManagedIdentityCredential: Network/, restarts: false },
  // The client keeps a token for as long as that is valid, whomever it is for.
  { failure: 'wrong audience', ca: 'ca-audience', says: /401 /, restarts: true },
  // As the real host does with a worker one of whose functions has taken too long.
  {
    failure: 'hang',
    ca: 'ca-hang',
    says: /^Executed \w+, failed, .*Timeout value of 4000 ms exceeded/,
    restarts: true,
  },
];

function seedOf(cas: readonly string[]): SeedInput {
  const root = { name: 'root', subject: 'CN=Root', key: 'P-256', notBefore: '-P5Y', notAfter: 'P15Y' } as const;
  const certificates = cas.map((name) => ({
    name,
    subject: `CN=${name}`,
    key: 'P-256' as const,
    issuer: { vault: 'kv-fleet', name: root.name },
    notBefore: '-P670D',
    notAfter: 'P60D',
  }));
  const held = cas.map((name) => ({ name, certificate: { vault: 'kv-fleet', name }, verified: true }));
  return {
    version: 1,
    vaults: [{ name: 'kv-fleet', certificates: [root, ...certificates] }],
    provisioningServices: [{ name: 'dps-1', certificates: held }],
  };
}

let app: RunningApp;
let identity: IdentityProxy;
beforeAll(async () => {
  identity = await startIdentityProxy();
  app = await startRunningApp({
    seed: seedOf(CASES.map(({ ca }) => ca)),
    settings: { IDENTITY_ENDPOINT: identity.url },
  });
  identity.target = app.emulator.description.identity.endpoint;
});
afterAll(async () => {
  await app?.close();
  await identity?.close();
});

describe.each(CASES)('an identity endpoint that fails ($failure)', ({ failure, ca, says, restarts }) => {
  let before: EndState;
  let sofar: number;
  const lines = () => app.log.records.slice(sofar).map(({ message }) => message);
  const ended = (name: string) => lines().find((line) => line.startsWith(`Executed ${name}, `));
  const send = () => app.send({ vaultUrl: app.emulator.description.keyVaults[0]?.url, name: ca });
  // A scan asks for several tokens, each with the client's retries: where nobody answers that takes half a minute.
  const scans = counted(failure === 'unreachable' ? 0 : 1, 1) > 0;

  beforeAll(async () => {
    // A process that has a token goes on with it: the failure is there from its start.
    await app.stop();
    identity.failure = failure;
    await app.start(failure === 'hang' ? { AzureFunctionsJobHost__functionTimeout: '00:00:04' } : {});
    before = endState(app.emulator);
    sofar = app.log.records.length;
    app.emulator.clearRequests();
    if (scans) await app.host().trigger('scan');
    await send();
    await app.log.until('the end of the renewal', () => ended('renew'));
    if (scans) await app.log.until('the end of the scan', () => ended('scan'));
  });

  it('fails scan and renewal, which say what could not be had', () => {
    expect(ended('renew')).toMatch(/^Executed renew, failed, /);
    expect(ended('renew')).toMatch(says);
    if (!scans) return;
    expect(ended('scan')).toMatch(/^Executed scan, failed, /);
    expect(ended('scan')).toMatch(says);
  });

  // Where nobody answers, the host here ends the function before the app gives the token up (credential.test.ts).
  if (failure !== 'hang') {
    it('names what it was needed for, and says what to check', () => {
      expect(ended('renew')).toMatch(/check that .*identity/);
      expect(ended('renew')).toMatch(/Error: Cannot .*https:\/\/localhost:\d+/);
      if (scans)
        expect(ended('scan')).toMatch(/Error: Cannot scan: .*Cannot list the certificates in https:\/\/localhost:\d+/);
    });
  }

  it('writes nothing, and lets no call through', () => {
    expect(accepted(app.emulator.requests())).toEqual([]);
    expect(endState(app.emulator)).toEqual(before);
  });

  it('keeps no renewal from its end once it is back', async () => {
    identity.failure = undefined;
    if (restarts) {
      await app.stop('SIGKILL');
      await app.start();
    }
    // The first message may have been given up meanwhile; then the next scan would send another one.
    await send();
    await app.log.until(`the renewal of ${ca}`, () => app.events('renewal_settled').find((event) => event.ca === ca));
    // What a killed host was at stays invisible for minutes.
    if (!restarts) await app.queueEmpty();
    const versions = endState(app.emulator).vaults[`kv-fleet/${ca}`] ?? [];
    expect(versions).toHaveLength(2);
    expect(endState(app.emulator).services['dps-1']).toContainEqual(
      expect.objectContaining({ thumbprint: versions[1]?.thumbprint, isVerified: true }),
    );
  });

  it('gives no token and no key away in its log', () => {
    expect(app.leaks()).toEqual([]);
  });
});
