import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostProcess, startHostProcess } from '../../../local/host/host-process.ts';
import { addressesBeyondLocalhost, isListening } from '../../support/listening.ts';
import { fixtureApp } from './fixture-app.ts';
import { LogReader } from './log-reader.ts';

describe('HTTP functions', () => {
  let host: HostProcess;
  const log = new LogReader();
  beforeAll(async () => {
    const env = {
      // No queue function of this test is ever run: nothing listens there.
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      PLAN_SCHEDULE: '0 0 0 1 1 *',
      LOCAL_HOST_FUNCTION_KEY: 'function-key',
    };
    host = await startHostProcess({ app: fixtureApp('http'), env, onLog: log.write });
  });
  afterAll(() => host.close());

  const get = (path: string, init?: RequestInit) => fetch(host.url + path, init);

  it('hands over method, parameters, query, headers and body', async () => {
    const given = { method: 'POST', body: 'grün', headers: { 'x-given': 'yes' } };
    const response = await get('/api/open/abc?x=1&y=a%20b', given);
    expect(response.status).toBe(201);
    expect(response.headers.get('x-method')).toBe('POST');
    const query = { x: '1', y: 'a b' };
    expect(await response.json()).toEqual({ params: { id: 'abc' }, query, body: 'grün', header: 'yes' });
  });

  it('sends the cookies of the answer', async () => {
    const response = await get('/api/open');
    expect(response.headers.getSetCookie()).toEqual(['seen=a%20b; max-age=60; samesite=lax; httponly']);
  });

  it.each([
    ['/api/open', 'GET', 201],
    ['/API/Open', 'GET', 201], // routes match in any case
    ['/api/open/1', 'GET', 404], // {id:alpha?}
    ['/open', 'GET', 404],
    ['/', 'GET', 404],
    ['/api/open', 'DELETE', 404], // as the real host, which does not say 405
    ['/api/empty', 'GET', 204],
  ])('%s by %s is %i', async (path, method, status) => {
    expect((await get(path, { method })).status).toBe(status);
  });

  it('answers 400 to a Host header that is none, and logs no failure', async () => {
    const [response] = await once(request(`${host.url}/api/open`, { headers: { host: 'a b' } }).end(), 'response');
    response.resume();
    expect(response.statusCode).toBe(400);
    expect(log.records.filter(({ message }) => message.startsWith('Cannot answer'))).toEqual([]);
  });

  it('listens on 127.0.0.1 and nowhere else', async () => {
    const port = Number(new URL(host.url).port);
    const found = await Promise.all(addressesBeyondLocalhost().map((address) => isListening(port, address)));
    expect([await isListening(port), ...found]).toEqual([true, ...found.map(() => false)]);
  });

  it.each([
    ['guarded', undefined, 401],
    ['guarded', 'wrong', 401],
    ['guarded', 'function', 201],
    ['guarded', 'host', 201],
    ['guarded', 'master', 201],
    ['owner', 'function', 401],
    ['owner', 'host', 401],
    ['owner', 'master', 201],
  ])('%s with the key %s is %i, in header or query', async (name, which, status) => {
    const keys: Record<string, string> = { function: 'function-key', host: host.keys.host, master: host.masterKey };
    const key = which && (keys[which] ?? which);
    const byHeader = await get(`/api/${name}`, key ? { headers: { 'x-functions-key': key } } : {});
    const byQuery = await get(`/api/${name}${key ? `?code=${key}` : ''}`);
    expect([byHeader.status, byQuery.status]).toEqual([status, status]);
    if (status === 401) expect(await byHeader.text()).toBe('');
  });

  it('refuses before it reads the body', async () => {
    // The body never ends: an answer shows that nobody waited for it.
    const upload = request(`${host.url}/api/guardedPost`, { method: 'POST' });
    upload.on('error', () => {}); // The test breaks it off.
    upload.write('the first of many parts');
    const [response] = await once(upload, 'response');
    upload.destroy();
    expect(response.statusCode).toBe(401);
  });

  it('gives the address with the function’s own key', async () => {
    const guarded = host.functions.find(({ name }) => name === 'guarded');
    expect(guarded?.url).toBe(`${host.url}/api/guarded?code=function-key`);
    expect(host.functions.find(({ name }) => name === 'open')?.url).toBe(`${host.url}/api/open/{id:alpha?}`);
  });

  it('answers 500 with an empty body when the function throws, and tells only the log why', async () => {
    const response = await get('/api/fails');
    expect([response.status, await response.text()]).toEqual([500, '']);
    const record = await log.line('Executed fails, failed');
    expect(record).toMatchObject({
      level: 'error',
      function: 'fails',
      message: expect.stringContaining('secret reason'),
    });
  });

  it('fails a function that outlasts functionTimeout', async () => {
    expect((await get('/api/hangs')).status).toBe(500);
    await log.line('Timeout value of 1000 ms exceeded by function hangs');
  });

  it('keeps its own settings, and everybody else’s, from the app', async () => {
    expect(await (await get('/api/settings')).json()).toEqual(['PATH', 'AzureWebJobsStorage', 'PLAN_SCHEDULE']);
  });

  it('writes no key to the log', () => {
    const text = JSON.stringify(log.records);
    for (const key of ['function-key', host.masterKey, host.keys.host]) expect(text).not.toContain(key);
  });

  describe('the admin API', () => {
    const asMaster = { headers: { 'x-functions-key': '' } };
    beforeAll(() => {
      asMaster.headers['x-functions-key'] = host.masterKey;
    });

    it('says that the host runs', async () => {
      const response = await get('/admin/host/status', asMaster);
      expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ state: 'Running' })]);
    });

    it('lists the functions', async () => {
      const functions = await (await get('/admin/functions', asMaster)).json();
      expect(functions).toContainEqual({ name: 'open', trigger: 'httpTrigger' });
    });

    it.each(['/admin/host/status', '/admin/functions', '/admin/functions/open', '/admin/none', '/ADMIN'])(
      'refuses %s without the master key',
      async (path) => {
        const statuses = await Promise.all([get(path), get(path, { headers: { 'x-functions-key': host.keys.host } })]);
        expect(statuses.map(({ status }) => status)).toEqual([401, 401]);
      },
    );

    it.each([
      ['none', '{}', 404],
      ['open', '{}', 400], // HTTP functions have an address of their own
      ['open', '{"input"', 400],
    ])('start of %s with %s is %i', async (name, body, status) => {
      const response = await get(`/admin/functions/${name}`, { ...asMaster, method: 'POST', body });
      expect(response.status).toBe(status);
    });
  });
});
