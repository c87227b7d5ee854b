import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bicepFiles, namedChildrenOf, nameOf } from '../support/bicep.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const azure = read('azure.yaml');
const main = bicepFiles().find(({ file }) => file === 'main.bicep');

describe('azure.yaml', () => {
  it('publishes the folder that its hook makes, with a command that there is', () => {
    const [, command = '', folder] = /^ {8}run: npm run ([\w:-]+) -- --folder (\w+)$/m.exec(azure) ?? [];
    expect(JSON.parse(read('package.json'))).toHaveProperty(['scripts', command]);
    expect(azure).toMatch(new RegExp(`^ {4}dist: ${folder}$`, 'm'));
    expect(read('.gitignore').split('\n')).toContain(`/${folder}/`);
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
