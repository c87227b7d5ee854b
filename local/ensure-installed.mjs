// Runs before `npm run demo`, `npm test` and their like, in plain JavaScript: on whatever Node the machine has, with no
// package in reach. Installs the locked dependencies if they are not there yet. Writes to stderr only, so that a
// command's stdout holds nothing but its result.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = `${root}.install.lock`;
const LOCK_POLL_MS = 500;
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network/i;

if (!isInstalled()) {
  holdingLock(() => {
    if (!isInstalled()) install();
  });
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

function install() {
  console.error('Installing dependencies (once; about a minute and 800 MB) ...');
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // Short pauses between retries: without a network npm would be silent for more than a minute by default.
  const retries = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...retries];
  const result = spawnSync(command, [...args, ...options], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 2, 'pipe'],
  });
  if (result.error) fail(`Cannot install the dependencies: npm could not be started (${result.error.message}).`);
  if (result.signal) fail(`Installation interrupted by ${result.signal}; run the command again.`);
  if (result.status !== 0 && NO_NETWORK.test(result.stderr)) {
    fail(
      'Cannot install the dependencies: the npm registry could not be reached. Check the network or proxy, and try again.',
    );
  }
  if (result.status !== 0)
    fail(`${result.stderr.trim()}\nCannot install the dependencies: 'npm ci' failed as shown above.`);
  if (!isInstalled()) {
    fail(
      "'npm ci' left out some packages or the Node.js binary; is 'ignore-scripts' or 'omit' set in your npm configuration?",
    );
  }
}

/** Two commands started at once in an empty clone: the second waits for the first one's installation. */
function holdingLock(work) {
  while (!take()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.on('exit', release);
  work();
}

function take() {
  try {
    mkdirSync(lock);
    writeFileSync(`${lock}/pid`, String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`Cannot install the dependencies: ${error.message}`);
    if (isStale()) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** A lock whose owner is gone, or which never got one in ten seconds. */
function isStale() {
  try {
    const owner = existsSync(`${lock}/pid`) ? Number(readFileSync(`${lock}/pid`, 'utf8')) : 0;
    if (owner === 0) return Date.now() - statSync(lock).mtimeMs > 10_000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
