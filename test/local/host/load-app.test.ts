import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build, type Format } from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';
import { type HostProcess, startHostProcess } from '../../../local/host/host-process.ts';
import { fixtureApp } from './fixture-app.ts';
import { LogReader } from './log-reader.ts';

describe('loading an app', () => {
  let host: HostProcess | undefined;
  let folder: string | undefined;
  afterEach(async () => {
    await host?.close();
    if (folder) await rm(folder, { recursive: true });
    host = undefined;
    folder = undefined;
  });

  const start = async (app: string) => {
    const log = new LogReader();
    host = await startHostProcess({
      app,
      env: { AzureWebJobsStorage: 'UseDevelopmentStorage=true' },
      onLog: log.write,
    });
    return { host, log };
  };

  it.each([
    ['throws', 'the setting COLOUR is missing'],
    ['throws-at-start', 'cannot start today'],
    ['empty', 'No file in'],
  ])('reports no functions of the app "%s", and why', async (name, reason) => {
    const started = await start(fixtureApp(name));
    expect(started.host.functions).toEqual([]);
    expect(await started.log.line(reason)).toMatchObject({ level: 'error' });
    expect((await fetch(`${started.host.url}/api/never`)).status).toBe(404);
  });

  it('lets hooks wrap the handler, replace result and error, and change log lines', async () => {
    const { host, log } = await start(fixtureApp('hooks'));
    expect(await (await fetch(`${host.url}/greet`)).text()).toBe('hello, wrapped');
    expect(await (await fetch(`${host.url}/stumble`)).text()).toBe('forgave: ouch');
    expect(await log.line('QUIETLY')).toMatchObject({ level: 'information', function: 'greet' });
  });

  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  it.each<[Format, string, string]>([
    ['cjs', '', 'commonjs'],
    ['esm', banner, 'module'],
  ])('loads a bundle (%s) that carries the library in itself', async (format, js, type) => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'bundled-app-'));
    await mkdir(path.join(folder, 'dist'));
    await build({
      entryPoints: [path.join(fixtureApp('http'), 'index.js')],
      outfile: path.join(folder, 'dist/index.js'),
      bundle: true,
      platform: 'node',
      format,
      external: ['@azure/functions-core'],
      banner: { js },
    });
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ main: 'dist/index.js', type }));
    await writeFile(path.join(folder, 'host.json'), '{"version":"2.0"}');
    const { host } = await start(folder);
    expect((await fetch(`${host.url}/api/open/abc`)).status).toBe(201);
  });

  it.each([
    ['no package.json', {}, 'app did not load'],
    ['no main', { 'package.json': '{}' }, 'the file or glob that registers functions'],
  ])('reports %s', async (_name, files, message) => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'bad-app-'));
    for (const [name, text] of Object.entries({ 'host.json': '{"version":"2.0"}', ...files })) {
      await writeFile(path.join(folder, name), text);
    }
    const { log } = await start(folder);
    expect(await log.line(message)).toMatchObject({ level: 'error' });
  });

  it('does not start on a bad host.json, and says why in one sentence', async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'bad-app-'));
    await writeFile(path.join(folder, 'host.json'), '{"version": "2.0",}');
    await expect(start(folder)).rejects.toThrow(
      /Cannot start the Functions host: it ended with 1\.\nCannot use .*host\.json: it is not valid JSON \(.*\)\.$/,
    );
  });
});
