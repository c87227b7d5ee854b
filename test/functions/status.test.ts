import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

let app: RunningApp;

function address(query: string): string {
  return `${app.host().url}/api/status${query}`;
}
const key = () => app.host().keys.functions.status ?? '';
const get = (init: RequestInit = {}) =>
  fetch(address(''), { redirect: 'manual', ...init, headers: { 'x-functions-key': key(), ...init.headers } });

describe('the status page of the running app', () => {
  beforeAll(async () => {
    app = await startRunningApp();
  });
  afterAll(() => app?.close());

  it('is for those who have its key', async () => {
    expect((await fetch(address(''))).status).toBe(401);
    expect((await fetch(address('?code=wrong'))).status).toBe(401);
    expect((await fetch(address(`?code=${key()}`))).status).toBe(200);
  });

  it('says before the first scan what there is to do', async () => {
    const page = await (await get()).text();
    expect(page).toContain('<h1>No scan has run yet</h1>');
    expect(page).toContain('SCAN_SCHEDULE');
  });

  it('shows after a scan how everything stands, without a call to Azure and without its key', async () => {
    await app.scan();
    await app.queueEmpty();
    const before = await requestsSoFar();
    const response = await get();
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('plant-a-ca');
    expect(page).not.toContain(key());
    const json = (await (await get({ headers: { accept: 'application/json' } })).json()) as { snapshot: object };
    expect(json).toMatchObject({ settings: [], snapshot: { scan: { mode: 'enforce' } } });
    expect(await requestsSoFar()).toEqual(before);
  });

  it('answers its filter with an address that keeps the rest', async () => {
    const form = new URLSearchParams({ dps: '', state: 'well' });
    const response = await fetch(address(`?code=${key()}`), { method: 'POST', body: form, redirect: 'manual' });
    expect(response.status).toBe(303);
    const target = new URL(response.headers.get('location') ?? '', response.url);
    expect(target.href).toBe(address(`?code=${encodeURIComponent(key())}&state=well`));
    expect((await fetch(target)).status).toBe(200);
  });

  it('shows all that is wrong with the settings, and nothing of a secret in the wrong place', async () => {
    await app.stop();
    const secret = 'AccountKey=c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0==';
    await app.start({ KEY_VAULT_URLS: '', MODE: secret, ALLOCATION_RULES: '{"rules": 1}' });
    const response = await get();
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain('<h1>The settings are wrong</h1>');
    expect(page).toContain('KEY_VAULT_URLS is missing');
    expect(page).toContain('MODE: a text of');
    expect(page).toContain('ALLOCATION_RULES: ');
    expect(page).not.toContain(secret);
  });

  it('leaves no key in the log', () => {
    expect(app.leaks()).toEqual([]);
  });
});

async function requestsSoFar(): Promise<number> {
  const answer = await fetch(`${app.emulator.description.control}/requests`);
  return ((await answer.json()) as readonly unknown[]).length;
}
