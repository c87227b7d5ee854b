// Runs before `npm run demo`, `npm test` and their like, in plain JavaScript: on whatever Node the machine has, with no
// package in reach. Installs the locked dependencies if they are not there yet. Writes to stderr only, so that a
// command's stdout holds nothing but its result.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { takeLock } from './install-lock.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** As npm prints it on a line of its own; the bare words also stand in the names of folders. */
const NO_NETWORK =
  /\bcode (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|E\w*TIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH)\b/;

if (!isInstalled()) {
  // Two commands started at once in an empty clone: the second waits for the first one's installation.
  const release = await takeLock(`${root}.install.lock`).catch((error) => fail(error.message));
  process.on('exit', release);
  if (!isInstalled()) await install();
}

/** Whether node_modules holds what the lock file says, by npm's own record of it, and the Node that scripts run on. */
function isInstalled() {
  const wanted = packagesOf(`${root}package-lock.json`);
  const present = packagesOf(`${root}node_modules/.package-lock.json`);
  const complete = Object.entries(wanted).every(
    ([path, { version, optional, peer }]) =>
      path === '' || optional || peer || (present[path] !== undefined && present[path].version === version),
  );
  return complete && existsSync(`${root}node_modules/node/bin`);
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

async function install() {
  console.error('Installing dependencies (once; about a minute and 900 MB) ...');
  const { error, status, signal, stderr } = await runNpmCi();
  if (error) fail(`Cannot install the dependencies: npm could not be started (${error.message}).`);
  if (signal) fail(`Installation interrupted by ${signal}; run the command again.`);
  if (status !== 0) {
    fail(
      `${stderr.trim()}\nCannot install the dependencies: ` +
        (NO_NETWORK.test(stderr)
          ? 'the npm registry could not be reached. Check the network or proxy, and try again.'
          : "'npm ci' failed as shown above."),
    );
  }
  if (!isInstalled()) {
    fail(
      "'npm ci' left out some packages or the Node.js binary; is 'ignore-scripts' or 'omit' set in your npm configuration?",
    );
  }
}

/** Not synchronously: meanwhile the lock has to be kept fresh, and a signal has to reach npm and release the lock. */
function runNpmCi() {
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // Short pauses between retries: without a network npm would be silent for more than a minute by default.
  const retries = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...retries];
  const child = spawn(command, [...args, ...options], { cwd: root, stdio: ['ignore', 2, 'pipe'] });
  let interruption;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      interruption = signal;
      child.kill(signal);
    });
  }
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ error, stderr }));
    child.on('close', (status, signal) => resolve({ status, signal: interruption ?? signal, stderr }));
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
