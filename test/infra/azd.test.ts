import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bicepFiles, namedChildrenOf, nameOf } from '../support/bicep.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const azure = read('azure.yaml');
const main = bicepFiles().find(({ file }) => file === 'main.bicep');

describe('.funcignore, which has the syntax of .gitignore', () => {
  const DEPLOYED = [
    'allocation-rules.json',
    'dist/chunk-A.js',
    'dist/telemetry/index.cjs',
    'dist/index.js',
    'host.json',
    'package.json',
  ];
  const LEFT_OUT = [
    'README.md',
    'local.settings.json',
    'local.settings.sample.json',
    'package-lock.json',
    'infra/main.bicep',
    'shared/settings.ts',
    'test/infra/dist/index.js',
    'node_modules/node/bin/node',
    'node_modules/@azure/identity/package.json',
    'node_modules/zod/host.json',
    '.azure/certs/.env',
  ];
  let folder: string;
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'funcignore-'));
    git('init', '--quiet');
    for (const file of [...DEPLOYED, ...LEFT_OUT]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
    writeFileSync(join(folder, '.git/info/exclude'), read('.funcignore'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lets through what is deployed, and nothing else', () => {
    const files = git('ls-files', '--others', '--exclude-standard').trim().split('\n');
    expect(files.sort()).toEqual(DEPLOYED.sort());
  });

  it('does not ignore the folder node_modules itself, for which azd would refuse remoteBuild: false', () => {
    expect(azure).toMatch(/^ {4}remoteBuild: false$/m);
    expect(spawnSync('git', ['check-ignore', '--quiet', 'node_modules'], { cwd: folder }).status).toBe(1);
  });
});

describe('azure.yaml', () => {
  it('builds with a command that there is', () => {
    const [, command = ''] = /^ {8}run: npm run ([\w:-]+)$/m.exec(azure) ?? [];
    expect(JSON.parse(read('package.json'))).toHaveProperty(['scripts', command]);
  });

  it('names the service as the app is tagged, and azd finds it by that', () => {
    const [, service = ''] = /^services:\n {2}(\w+):$/m.exec(azure) ?? [];
    const app = bicepFiles().find(({ file }) => file === 'modules/function-app.bicep');
    expect(app?.root.text).toContain(`'azd-service-name': '${service}'`);
    expect(main?.root.text).toContain(`output SERVICE_${service.toUpperCase()}_NAME string`);
  });

  it('tags the resource group, by which azd down finds what to delete', () => {
    expect(main?.root.text).toContain("var tags = { 'azd-env-name': environmentName }");
  });
});

describe('the outputs', () => {
  const outputs = main ? namedChildrenOf(main.root).filter(({ type }) => type === 'output_declaration') : [];

  it('tell where the webhook is, what stands how, and how to attach an enrollment', () => {
    expect(outputs.map(nameOf)).toEqual(expect.arrayContaining(['WEBHOOK_URL', 'STATUS_URL', 'ATTACH_COMMAND']));
  });

  it.each(outputs)('hold no key: $text', ({ text }) => {
    expect(text).not.toMatch(/listkeys|connectionString|settings|WebhookUrl/i);
  });

  it('attach with options that attaching has', () => {
    const command = outputs.find((output) => nameOf(output) === 'ATTACH_COMMAND')?.text ?? '';
    const usage = read('local/attach.ts');
    for (const [option] of command.split('npm run attach --')[1]?.matchAll(/--[a-z-]+/g) ?? []) {
      expect(usage).toContain(`${option} `);
    }
    expect(command).toContain('ALLOCATION_WEBHOOK_URL=');
    expect(usage).toContain('setting ALLOCATION_WEBHOOK_URL');
  });
});
