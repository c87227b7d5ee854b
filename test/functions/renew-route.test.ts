import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endState } from '../support/end-state.ts';
import { isWrite } from '../support/is-write.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

let app: RunningApp;

const key = () => app.host().keys.functions['renew-now'] ?? '';
const post = async (body: unknown, given: Record<string, string> = { 'x-functions-key': key() }, query = '') => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${app.host().url}/api/renew${query}`, { method: 'POST', headers: given, body: text });
  const answer = await response.text();
  return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
};
const vaultUrl = () => app.emulator.description.keyVaults.find(({ name }) => name === 'kv-fleet')?.url ?? '';
const versions = (ca: string) => endState(app.emulator).vaults[`kv-fleet/${ca}`] ?? [];

describe('POST /api/renew', () => {
  beforeAll(async () => {
    app = await startRunningApp();
  });
  afterAll(() => app?.close());

  it('takes a key of its own, and no other function’s', async () => {
    const others = [{}, { 'x-functions-key': app.host().keys.functions.allocate ?? '' }];
    for (const headers of others) expect((await post({ ca: 'plant-b-ca' }, headers)).status).toBe(401);
    expect(app.log.records.filter(({ message }) => message.startsWith('Executing renew'))).toEqual([]);
  });

  it('says everything that is wrong with a body, and puts nothing on the queue', async () => {
    expect(await post({ ca: 'a/b', force: 1, renew: true })).toEqual({
      status: 400,
      body: {
        reason: 'malformed-request',
        message: 'The body must be {"ca": NAME, "vault"?: URL, "force"?: true | false | THUMBPRINT}.',
        faults: [
          'the body.renew: is not known here, only ca, vault, force are',
          'ca: must be the name of a certificate in Key Vault, 1 to 127 letters, digits and hyphens, and is "a/b"',
          'force: must be true, false, or the thumbprint of the version to be replaced, and is 1',
        ],
      },
    });
    expect((await post('ca=plant-b-ca')).status).toBe(400);
    expect((await post('x'.repeat(100_000))).status).toBe(400);
    await app.queueEmpty();
    expect(app.events('renewal_settled')).toEqual([]);
  });

  it('404 for a name that no vault holds, with the vaults that it has looked at', async () => {
    const urls = app.emulator.description.keyVaults.map(({ url }) => url);
    expect(await post({ ca: 'plant-x-ca' })).toEqual({
      status: 404,
      body: { reason: 'unknown-ca', message: `No certificate 'plant-x-ca' is in ${urls.join(' or ')}.` },
    });
  });

  it('409 for a CA that nobody manages', async () => {
    expect(await post({ ca: 'fleet-root' })).toMatchObject({ status: 409, body: { reason: 'unmanaged' } });
  });

  it('202 has a CA looked at that is not due, and it stays as it is', async () => {
    const before = versions('plant-b-ca');
    const [version] = before;
    expect(await post({ ca: 'plant-b-ca' }, {}, `?code=${key()}`)).toEqual({
      status: 202,
      body: {
        at: expect.stringMatching(/^\d{4}-/),
        ca: 'plant-b-ca',
        vault: vaultUrl(),
        force: false,
        thumbprint: version?.thumbprint,
        notAfter: version?.notAfter,
        next: expect.objectContaining({ lane: 'vault', step: 'wait', reason: 'not-due', towards: 'request' }),
        // Without the key that the call carried in its query.
        status: `${app.host().url}/api/status`,
      },
    });
    const settled = await app.log.until('the end', () => app.events('renewal_settled')[0]);
    expect(settled).toMatchObject({ ca: 'plant-b-ca', steps: [] });
    expect(versions('plant-b-ca')).toEqual(before);
    expect(app.emulator.requests().filter(isWrite)).toEqual([]);
  });

  it('202 has it renewed by force, though it is not due', async () => {
    const [old] = versions('plant-b-ca');
    const asked = await post({ ca: 'plant-b-ca', vault: vaultUrl(), force: true });
    expect(asked).toMatchObject({
      status: 202,
      body: { force: true, thumbprint: old?.thumbprint, next: { step: 'request', reason: 'forced' } },
    });
    const settled = await app.log.until('the end', () => app.events('renewal_settled')[1]);
    const [, renewed, ...more] = versions('plant-b-ca');
    expect(more).toEqual([]);
    expect(settled).toMatchObject({ ca: 'plant-b-ca', thumbprint: renewed?.thumbprint });
    expect(app.events('certificate_requested')).toMatchObject([{ ca: 'plant-b-ca', reason: 'forced' }]);
    await app.queueEmpty();
  });

  it('409 in MODE=plan, and nothing is queued', async () => {
    await app.stop();
    await app.start({ MODE: 'plan' });
    expect(await post({ ca: 'plant-b-ca', force: true })).toEqual({
      status: 409,
      body: { reason: 'plan-mode', message: 'MODE=plan: the app writes nothing. Set MODE=enforce first.' },
    });
    await app.queueEmpty();
    expect(app.events('renewal_settled')).toHaveLength(2);
  });

  it('503 with all faults where the settings are wrong', async () => {
    await app.stop();
    await app.start({ KEY_VAULT_URLS: '', MODE: 's3cret=in+the/wrong&setting' });
    expect(await post({ ca: 'plant-b-ca' })).toEqual({
      status: 503,
      body: {
        reason: 'settings-invalid',
        message: 'The settings of the app are wrong, and nothing can run with them.',
        faults: ['KEY_VAULT_URLS is missing', "MODE: a text of 27 characters is neither 'enforce' nor 'plan'"],
      },
    });
    expect(app.events('settings_invalid')).toHaveLength(1);
  });

  it('gives no token and no key away in its log', () => {
    expect(app.leaks()).toEqual([]);
  });
});
