import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { readOptions } from './read-options.ts';
import { runToEnd } from './run-to-end.ts';

const USAGE = `Usage: npm run build

Checks the types and bundles the app into dist/, ready to be deployed together with host.json and package.json.

  --help   print this
`;

const root = fileURLToPath(new URL('..', import.meta.url));

/** What esbuild's ESM output lacks for the CommonJS packages inside it: `require`, and so the worker's own module. */
const banner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;

/** What SDKs import at run time for what the app never does: signing in with a browser, and queries of blobs. */
const UNUSED = ['open', 'apache-arrow'];

/** The SDK of Application Insights: a bundle of its own and one file, split it makes ninety. */
const TELEMETRY = 'shared/telemetry/application-insights.ts';
/** Some of its packages look for what CommonJS has besides. */
const telemetryBanner = `${banner}
const __filename = import.meta.filename, __dirname = import.meta.dirname;`;

/**
 * What runs the lifecycle: a bundle of its own and one file, since all of it loads the SDKs, nobody waits for it, and in
 * Azure every file that is loaded costs time. Split it makes twenty.
 */
const LIFECYCLE = [
  'compose',
  'compose-abandoning',
  'compose-asking',
  'compose-ending',
  'compose-evidence',
  'compose-reports',
];

/** Has the app load bundles at run time instead of having them in its own. */
const apart: Plugin = {
  name: 'apart',
  setup: ({ onResolve }) => {
    const bundles = [
      { filter: /\/application-insights\.ts$/, path: './telemetry.js' },
      { filter: new RegExp(`/(?:${LIFECYCLE.join('|')})\\.ts$`), path: './lifecycle.js' },
    ];
    for (const { filter, path } of bundles) {
      onResolve({ filter }, ({ kind }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
    }
  },
};

/**
 * Takes two things out of the SDK that cannot be turned off. What instruments a whole process, which the app's client with
 * providers of its own never calls, is four fifths of it. And what asks an address of Microsoft's every hour for settings
 * of the SDK: this app calls nobody but whom its settings name.
 */
const onlyTheClient: Plugin = {
  name: 'only-the-client',
  setup: ({ onLoad, onResolve }) => {
    const namespace = 'left-out';
    onResolve({ filter: /^@azure\/monitor-opentelemetry$/ }, ({ path }) => ({ path, namespace }));
    onLoad({ filter: /./, namespace }, () => ({ contents: 'module.exports = {};' }));
    onLoad({ filter: /[\\/]_configuration[\\/]configurationWorker\.js$/ }, () => ({
      contents: 'export class ConfigurationWorker { shutdown() {} }',
    }));
  },
};

/**
 * Bundles the app into `outdir` (an absolute path, emptied first), by default `dist/`: a small entry that registers the
 * functions, and files that are loaded when a function first needs them. `@azure/functions-core` is no package: the
 * Functions worker answers that name at run time.
 * @returns which modules each file was made of, paths relative to the project
 */
export async function buildApp(outdir = `${root}dist`): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  const lifecycle = LIFECYCLE.map((name) => `export * from './shared/${name}.ts';`).join('\n');
  const bundles = await Promise.all([
    bundle({ entryPoints: ['functions/index.ts'], outdir, splitting: true, plugins: [apart] }),
    bundle({
      stdin: { contents: lifecycle, resolveDir: root, loader: 'ts' },
      outfile: join(outdir, 'lifecycle.js'),
      plugins: [apart],
    }),
    bundle({
      entryPoints: { telemetry: TELEMETRY },
      outdir,
      banner: { js: telemetryBanner },
      plugins: [onlyTheClient],
    }),
  ]);
  return {
    inputs: Object.assign({}, ...bundles.map(({ inputs }) => inputs)),
    outputs: Object.assign({}, ...bundles.map(({ outputs }) => outputs)),
  };
}

async function bundle(options: BuildOptions): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    external: ['@azure/functions-core', ...UNUSED],
    banner: { js: banner },
    minify: true,
    keepNames: true,
    sourcemap: false,
    logLevel: 'warning',
    ...options,
    metafile: true,
  });
  return metafile;
}

/** Checks the types of the project; where they do not hold, the process ends with the compiler's exit code. */
export async function checkTypes(): Promise<void> {
  const code = await runToEnd(`${root}node_modules/.bin/tsc`, ['-p', root], { cwd: root });
  if (code !== 0) process.exit(code);
}

/** `npm run build`: exits with 2 for wrong arguments, with the compiler's code if the types do not hold. */
export async function main(args: string[]): Promise<void> {
  const options = { help: { type: 'boolean', default: false } } as const;
  readOptions(USAGE, () => parseArgs({ args, options }).values);
  await checkTypes();
  await buildApp();
  const files = readdirSync(`${root}dist`);
  const bytes = files.reduce((sum, file) => sum + statSync(`${root}dist/${file}`).size, 0);
  console.log(`dist/: ${files.length} files, ${Math.round(bytes / 1024)} KiB`);
}
