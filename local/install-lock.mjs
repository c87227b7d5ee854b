// In plain JavaScript, as ensure-installed.mjs, which it belongs to.
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Times in milliseconds; a test may have less patience. */
const PATIENCE = { pollMs: 500, beatMs: 1000, sayAfterMs: 1000, staleAfterMs: 10_000, giveUpAfterMs: 15 * 60_000 };

/**
 * Takes a lock file, waiting for who holds it, and returns the function that releases it. Its holder keeps touching the
 * file, and one that is no longer touched is stale. (The holder's process id proves nothing: it may be another
 * program's by now, or another container's.) Rejects with a sentence if it cannot be had.
 */
export async function takeLock(file, patience = {}) {
  const { pollMs, beatMs, sayAfterMs, staleAfterMs, giveUpAfterMs } = { ...PATIENCE, ...patience };
  const began = performance.now();
  let seen;
  let seenAt = began;
  let hasSaid = false;
  const own = `pid ${process.pid} ${randomUUID()}`;
  while (!create(file, own)) {
    const state = read(file);
    const now = performance.now();
    if (state !== seen) [seen, seenAt] = [state, now];
    else if (state !== undefined && now - seenAt > staleAfterMs) removeStale(file, state);
    if (!hasSaid && now - began > sayAfterMs) {
      console.error(`Waiting for another installation (${holder(state)}) ...`);
      hasSaid = true;
    }
    if (now - began > giveUpAfterMs) {
      const minutes = Math.round(giveUpAfterMs / 60_000);
      throw new Error(
        `Cannot install the dependencies: another installation (${holder(state)}) has not ended in ${minutes} minutes. ` +
          `End it, or delete ${file} if there is none, and try again.`,
      );
    }
    await delay(pollMs);
  }
  const beat = setInterval(() => touch(file), beatMs);
  beat.unref(); // It is the installation that keeps this process alive.
  return () => {
    clearInterval(beat);
    if (read(file)?.startsWith(own)) rmSync(file);
  };
}

function create(file, own) {
  try {
    writeFileSync(file, own, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new Error(`Cannot install the dependencies: ${error.message}`);
  }
}

/** Who holds the lock and when it was last touched, as text; undefined if nobody holds it any more. */
function read(file) {
  try {
    return `${readFileSync(file, 'utf8')} ${statSync(file).mtimeMs}`;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`Cannot install the dependencies: ${error.message}`);
  }
}

/** Removes the lock if its state is still this: of two that find it stale, the slower would else remove the other's. */
export function removeStale(file, state) {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    if (read(aside) === state) rmSync(aside);
    else renameSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error; // Somebody else has removed it.
  }
}

/** A lock that somebody has deleted by hand stays deleted. */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function holder(state) {
  return state?.split(' ').slice(0, 2).join(' ') ?? 'just ended';
}
