import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bicepFiles, namedChildrenOf, nameOf, nodesIn, parseBicep, propertiesOf, textOf } from '../support/bicep.ts';

// A setting that the template forgets is one that nobody can set without making the next deployment take it away.

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const fileNamed = (name: string) => bicepFiles().find(({ file }) => file === name) ?? parseBicep('', name);
const main = fileNamed('main.bicep');
const app = fileNamed('modules/function-app.bicep');

/** The settings that the code reads, by their names in its one reader of the environment. */
const readByCode = [
  ...new Set(
    [...read('shared/settings.ts').matchAll(/(?:'|environment\.)([A-Z]{2}[A-Z0-9_]+)\b/g)].map(([, name = '']) => name),
  ),
].sort();

/** Of the app module's parameter `settings`, in main.bicep. */
const passed = [...propertiesOf(nodesIn(main.root).find(isSettings)?.namedChildren.at(1) ?? undefined).keys()];
/** What the app module adds for host and telemetry. */
const added = nodesIn(app.root)
  .filter(({ type, text }) => type === 'variable_declaration' && /^var \w+Settings/.test(text))
  .flatMap((node) => [...propertiesOf(namedChildrenOf(node)[1]).keys()]);

function isSettings(node: { readonly type: string; readonly text: string }): boolean {
  return node.type === 'object_property' && node.text.startsWith('settings: {');
}

/** Read by the host, not by the code. */
const OF_THE_HOST = [
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__queueServiceUri',
  'AzureWebJobsStorage__tableServiceUri',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];
/** Those of a machine of one's own: on Flex Consumption the runtime is a property, and storage has no key. */
const LOCAL_ONLY = ['FUNCTIONS_WORKER_RUNTIME', 'AzureWebJobsStorage'];

/** A contract already, and read by the code that sends notifications. */
const ANNOUNCED = ['NOTIFICATION_WEBHOOK_URL', 'NOTIFICATION_FORMAT', 'NOTIFICATION_EVENTS'];

describe('the settings of the deployed app', () => {
  it('are known at all', () => {
    expect(readByCode).toContain('KEY_VAULT_URLS');
    expect(readByCode).toContain('MODE');
    expect(passed).toContain('KEY_VAULT_URLS');
    expect(added).toEqual(OF_THE_HOST);
  });

  it.each(readByCode)('have %s, which the code reads', (name) => {
    expect([...passed, ...added]).toContain(name);
  });

  it.each(passed.filter((name) => !ANNOUNCED.includes(name)))('mean something to the code: %s', (name) => {
    expect(readByCode).toContain(name);
  });

  it('leave the time that a function may take to host.json, which is deployed with the app', () => {
    expect(read('shared/settings.ts')).toContain('AzureFunctionsJobHost__functionTimeout');
    expect(passed.filter((name) => name.startsWith('AzureFunctionsJobHost'))).toEqual([]);
  });

  it('are those of local.settings.sample.json', () => {
    const sample = JSON.parse(read('local.settings.sample.json')) as { readonly Values: Record<string, string> };
    const names = Object.keys(sample.Values).filter((name) => !LOCAL_ONLY.includes(name));
    expect(names.filter((name) => ![...passed, ...added].includes(name))).toEqual([]);
    expect(passed.filter((name) => ![...names, ...ANNOUNCED].includes(name))).toEqual([]);
  });
});

describe('the parameters', () => {
  const parameters = namedChildrenOf(main.root).filter(({ type }) => type === 'parameter_declaration');
  const file = JSON.parse(read('infra/main.parameters.json')) as {
    readonly parameters: Readonly<Record<string, { readonly value: string }>>;
  };

  it('can all be set in the azd environment', () => {
    expect(Object.keys(file.parameters).sort()).toEqual(parameters.map(nameOf).sort());
  });

  it.each(Object.entries(file.parameters))('%s stands in infra/README.md with its variable', (name, { value }) => {
    const [, variable] = /^\$\{(\w+)(?:=[\w.]*)?\}$/.exec(value) ?? [];
    expect(variable).toBeDefined();
    const azdSetsIt = ['AZURE_ENV_NAME', 'AZURE_LOCATION', 'AZURE_PRINCIPAL_ID'].includes(variable ?? '');
    if (!azdSetsIt) expect(read('infra/README.md')).toContain(`| \`${variable}\` | \`${name}\` |`);
  });

  it.each(parameters)('$text has a type that azd can fill from text', (parameter) => {
    // It turns text into bool and int, and leaves it as it is where an array is wanted.
    expect(['string', 'bool', 'int']).toContain(namedChildrenOf(parameter)[1]?.text);
  });

  it.each(parameters)('$text has the default of its variable', (parameter) => {
    const fallback = /=([\w.]*)\}$/.exec(file.parameters[nameOf(parameter)]?.value ?? '')?.[1];
    const [, , value] = namedChildrenOf(parameter);
    expect(fallback).toBe(value === undefined ? undefined : textOf(value));
  });
});
