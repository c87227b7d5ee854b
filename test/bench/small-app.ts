import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { AppFolder } from '../../local/app-folder.ts';
import { createTemporaryDirectory } from '../../local/temporary-directory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What an answer of any app costs on this host, before it does anything of its own. */
const HELLO_WORLD = `
import { app, input, output } from '@azure/functions';

const connection = 'AzureWebJobsStorage';
const hello = output.storageQueue({ queueName: 'hello', connection });
const hubs = input.storageBlob({ path: 'status/hubs.json', connection });

app.http('allocate', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'allocate',
  extraInputs: WITH_INPUT ? [hubs] : [],
  extraOutputs: [hello],
  handler: async (request, context) => {
    await request.arrayBuffer();
    context.extraOutputs.set(hello, { hello: 'world' });
    return { status: 200, jsonBody: { hello: 'world' } };
  },
});
`;

/**
 * An app with one HTTP function that reads its body, answers JSON and puts a message on a queue; bundled as the real one
 * is.
 * @param withInput whether it has the webhook's input, too: the host reads a blob before each call
 */
export function buildHelloWorld({ withInput = false } = {}): Promise<AppFolder> {
  return buildSmallApp(HELLO_WORLD.replace('WITH_INPUT', String(withInput)));
}

/** The webhook and nothing else of the app: in Azure it has instances of its own, apart from timers and queues. */
export function buildWebhookAlone(): Promise<AppFolder> {
  return buildSmallApp("import './functions/allocate.ts';");
}

async function buildSmallApp(source: string): Promise<AppFolder> {
  const directory = createTemporaryDirectory('bench-app-');
  mkdirSync(join(directory.path, 'dist'));
  await build({
    stdin: { contents: source, resolveDir: root, loader: 'ts', sourcefile: 'index.ts' },
    outdir: join(directory.path, 'dist'),
    entryNames: 'index',
    splitting: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    external: ['@azure/functions-core'],
    banner: { js: REQUIRE },
    minify: true,
    keepNames: true,
    logLevel: 'warning',
  });
  const manifest = { name: 'bench-app', type: 'module', main: 'dist/index.js' };
  writeFileSync(join(directory.path, 'package.json'), JSON.stringify(manifest));
  const extensions = { queues: { messageEncoding: 'base64' } };
  writeFileSync(join(directory.path, 'host.json'), JSON.stringify({ version: '2.0', extensions }));
  return { path: directory.path, close: async () => directory.remove() };
}

/** What esbuild's ESM output lacks for the CommonJS packages inside it. */
export const REQUIRE = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;
