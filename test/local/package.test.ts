import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PackagedApp, packageApp } from '../../local/package/package-app.ts';
import { stageApp } from '../../local/package/stage-app.ts';
import { copyProject } from '../support/copied-project.ts';
import { endState } from '../support/end-state.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { unzip, type ZippedFile } from '../support/unzip.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MOST_BYTES = 1_500_000;
const MOST_FILES = 20;
/** The webhook's: what a device waits for, without the library that every function loads. */
const MOST_WEBHOOK_BYTES = 150_000;

let folder: string;
let packaged: PackagedApp;
let files: readonly ZippedFile[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'package-test-'));
  packaged = await packageApp();
  files = unzip(packaged.zip);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (path: string) => Buffer.from(files.find((file) => file.path === path)?.content ?? []).toString();

describe('the deployable zip', () => {
  it('is small', () => {
    expect(packaged.zip.length).toBeGreaterThan(100_000);
    expect(packaged.zip.length).toBeLessThanOrEqual(MOST_BYTES);
    expect(files.length).toBeLessThanOrEqual(MOST_FILES);
    expect(packaged.webhook.bytes).toBeGreaterThan(10_000);
    expect(packaged.webhook.bytes).toBeLessThanOrEqual(MOST_WEBHOOK_BYTES);
  });

  it('holds host.json, a manifest and the bundle, and nothing else', () => {
    const [bundle, others] = [
      files.filter(({ path }) => path.startsWith('dist/')),
      files.filter(({ path }) => !path.startsWith('dist/')),
    ];
    expect(others.map(({ path }) => path)).toEqual(['host.json', 'package.json']);
    for (const { path } of bundle) expect(path).toMatch(/^dist\/[\w.-]+\.js$/);
    expect(text('host.json')).toBe(readFileSync(join(root, 'host.json'), 'utf8'));
    const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    // No dependencies: nobody has to install anything.
    expect(JSON.parse(text('package.json'))).toEqual({
      name,
      version,
      private: true,
      type: 'module',
      main: 'dist/index.js',
    });
    expect(packaged.files).toEqual(files.map(({ path, content }) => ({ path, size: content.length })));
  });

  it('says nothing of when, where and by whom it was made', () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(paths.toSorted());
    for (const { path, content, dosTime, mode } of files) {
      expect([path, dosTime, mode.toString(8)]).toEqual([path, 0x0021_0000, '100644']);
      expect(Buffer.from(content).includes(root)).toBe(false);
      expect(Buffer.from(content).includes('sourceMappingURL')).toBe(false);
    }
  });

  it('is the same octet for octet when it is made in another folder, another time zone and at another time', async () => {
    const staged = join(folder, 'staged');
    mkdirSync(staged);
    const copy = join(folder, 'another', 'place');
    copyProject(copy, await stageApp(staged));
    const script = `const { packageApp } = await import(process.argv[1]);
      process.stdout.write((await packageApp()).zip);`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', script, join(copy, 'local/package/package-app.ts')],
      { cwd: tmpdir(), env: { PATH: process.env.PATH, TZ: 'Asia/Tokyo' }, maxBuffer: 10_000_000 },
    );
    expect(stderr.toString()).toBe('');
    // Names first: they say more than octets, should they differ.
    expect(unzip(stdout).map(({ path }) => path)).toEqual(files.map(({ path }) => path));
    expect(Buffer.compare(stdout, packaged.zip)).toBe(0);
  });
});

describe('what the local host runs from the zip alone', () => {
  let app: RunningApp;
  beforeAll(async () => {
    const alone = join(folder, 'alone');
    for (const { path, content } of files) {
      mkdirSync(dirname(join(alone, path)), { recursive: true });
      writeFileSync(join(alone, path), content);
    }
    app = await startRunningApp({ folder: alone });
  });
  afterAll(() => app?.close());

  it('loads for the webhook what the package says that it loads', () => {
    const loading = spawnSync(process.execPath, [join(root, 'test/fixtures/load-webhook.ts'), join(folder, 'alone')], {
      encoding: 'utf8',
    });
    const { files: loaded }: { files: string[] } = JSON.parse(loading.stdout);
    expect(loaded.toSorted()).toEqual(packaged.webhook.files);
  });

  it('renews a CA, from the scan to the proof of possession', async () => {
    const versions = () => endState(app.emulator).vaults['kv-fleet/plant-a-ca'] ?? [];
    expect(versions()).toHaveLength(1);
    expect(await app.scan()).toMatchObject({ renewing: [{ ca: 'plant-a-ca' }], failures: [] });
    const settled = await app.log.until('the end', () => app.events('renewal_settled')[0]);
    const [, renewed] = versions();
    expect(settled).toMatchObject({
      steps: ['request', 'issue', 'upload', 'prove', 'move'],
      thumbprint: renewed?.thumbprint,
    });
    const entry = endState(app.emulator).services['dps-fleet']?.find(
      ({ thumbprint }) => thumbprint === renewed?.thumbprint,
    );
    expect(entry).toMatchObject({ isVerified: true });
  });

  it('sends telemetry, with the bundle that is for that alone', async () => {
    await app.stop();
    await app.start({
      APPLICATIONINSIGHTS_CONNECTION_STRING: app.emulator.description.applicationInsights.connectionString,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
    });
    await app.scan();
    await vi.waitFor(() => expect(app.emulator.telemetry.envelopes().length).toBeGreaterThan(0), { timeout: 20_000 });
    expect(app.events('telemetry_lost')).toEqual([]);
  });
});

describe('npm run package', () => {
  let project: string;
  let target: string;
  const types = (...include: string[]) => {
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
    const config = { compilerOptions: { ...compilerOptions, types: [] }, include };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
  };
  // A copy of which the compiler checks one file: all of them take it longer than everything else here.
  beforeAll(async () => {
    project = join(folder, 'project');
    mkdirSync(join(folder, 'bundled'));
    copyProject(project, await stageApp(join(folder, 'bundled')));
    mkdirSync(join(project, 'node_modules/.bin'));
    symlinkSync(join(root, 'node_modules/.bin/tsc'), join(project, 'node_modules/.bin/tsc'));
    types('shared/ncrontab.ts');
  });
  beforeEach(() => {
    target = mkdtempSync(join(folder, 'target-'));
  });
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(project, 'local/run.mjs'), 'package', ...args],
      { encoding: 'utf8', cwd: target },
    );
    return { status, stdout, stderr };
  };

  it('writes the zip to app.zip, and says in words what is in it', () => {
    const { status, stdout, stderr } = run();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const zip = readFileSync(join(target, 'app.zip'));
    expect(zip.equals(packaged.zip)).toBe(true);
    const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
    const unzipped = files.reduce((sum, { content }) => sum + content.length, 0);
    const { webhook } = packaged;
    expect(stdout.split('\n')).toEqual([
      `app.zip: ${files.length} files, ${kilobytes(zip.length)} (${kilobytes(unzipped)} unzipped)`,
      `The webhook loads ${webhook.files.length} files, ${kilobytes(webhook.bytes)}; ${kilobytes(webhook.ownBytes)} of these are the app's own.`,
      `SHA-256 ${createHash('sha256').update(zip).digest('hex')}`,
      '',
    ]);
  });

  it('--out writes it elsewhere, and --json says what is in it as JSON', () => {
    const { status, stdout, stderr } = run('--out', 'mine.zip', '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(target)).toEqual(['mine.zip']);
    const zip = readFileSync(join(target, 'mine.zip'));
    expect(zip.equals(packaged.zip)).toBe(true);
    expect(JSON.parse(stdout)).toEqual({
      file: join(realpathSync(target), 'mine.zip'),
      bytes: zip.length,
      unzippedBytes: files.reduce((sum, { content }) => sum + content.length, 0),
      sha256: createHash('sha256').update(zip).digest('hex'),
      files: packaged.files,
      webhook: packaged.webhook,
    });
  });

  it('--folder puts the files into a folder that it empties first, as azd wants them', () => {
    mkdirSync(join(target, 'app/dist'), { recursive: true });
    writeFileSync(join(target, 'app/dist/of-before.js'), '');
    expect(run('--folder', 'app')).toMatchObject({ status: 0, stderr: '' });
    for (const { path, content } of files) expect(readFileSync(join(target, 'app', path)).equals(content)).toBe(true);
    expect(readdirSync(join(target, 'app'), { recursive: true })).not.toContain('dist/of-before.js');
    expect(readdirSync(target)).toEqual(['app']);
  });

  it('empties no folder that holds anything else', () => {
    writeFileSync(join(target, 'letters.txt'), '');
    expect(run('--folder', '.')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('emptied') });
    expect(readdirSync(target)).toEqual(['letters.txt']);
  });

  it('makes nothing where the types do not hold, and ends with what the compiler says', () => {
    writeFileSync(join(project, 'shared/wrong.ts'), "export const wrong: number = 'text';\n");
    types('shared/wrong.ts');
    try {
      const { status, stdout } = run('--out', 'app.zip');
      expect(stdout).toMatch(/^shared\/wrong\.ts.*TS2322/);
      expect(status).toBe(1);
      expect(readdirSync(target)).toEqual([]);
    } finally {
      rmSync(join(project, 'shared/wrong.ts'));
      types('shared/ncrontab.ts');
    }
  });

  it('says why, with exit code 1, where the zip cannot be written', () => {
    expect(run('--out', 'no/such/folder.zip')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^Cannot package the app: .*ENOENT.*Name another place with --out or --folder\.\n$/,
      ),
    });
  });

  it('--help explains itself, and makes nothing', () => {
    expect(run('--help')).toEqual({ status: 0, stderr: '', stdout: expect.stringContaining('Usage: npm run package') });
    expect(readdirSync(target)).toEqual([]);
  });

  it.each([[['--jason']], [['--out', '']], [['--folder', '']], [['--out', 'a.zip', '--folder', 'b']]])(
    'refuses %j with exit code 2',
    (args) => {
      expect(run(...args)).toMatchObject({ status: 2, stdout: '' });
      expect(readdirSync(target)).toEqual([]);
    },
  );
});
