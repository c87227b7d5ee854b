// Starts a TypeScript program of this folder: `node local/run.mjs demo --keep` runs local/demo.ts. In plain JavaScript,
// so that an old Node gets as far as this sentence instead of a syntax error.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [program, ...args] = process.argv.slice(2);
const [major] = process.versions.node.split('.').map(Number);

if (major < 24) {
  console.error(
    `This needs Node.js 24 and runs on ${process.version}. Start it with npm ('npm run ${program}'), which uses the ` +
      "Node.js that 'npm ci' installs; if you did, delete node_modules and allow the install scripts of 'node' and 'esbuild'.",
  );
  process.exit(1);
}

// Compiled code is kept, so that the second start of a program takes half as long: this one and those that it starts.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));
module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
process.argv = [process.execPath, program, ...args];
const { main } = await import(`./${program}.ts`);
await main(args);
