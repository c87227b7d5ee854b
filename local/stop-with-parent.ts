/** Exit codes by cause: asked to stop by a supervisor is success; 128 + the signal's number where a person cut it off. */
const EXIT_CODES = { SIGTERM: 0, SIGINT: 130, SIGHUP: 129, parent: 0 } as const;

const PARENT_POLL_MS = 250;

/** Ctrl-C under npm comes twice: from the terminal, which signals all its processes, and once more from npm. */
const SAME_SIGNAL_MS = 500;

/** Environment variable in which a process tells its child whose child it is. */
export const SPAWNED_BY = 'LOCAL_SPAWNED_BY';

/**
 * For the slowest orderly end of all, that of all local services: the Functions host is killed after 10 s and Azurite
 * after 5 s, and their parent must outlive them.
 */
const CLOSE_LIMIT_MS = 20_000;

/**
 * Makes a server process end when it should, once `close` has settled: on SIGTERM, SIGINT, SIGHUP, and when its parent
 * has died (npm passes no signal on to what it runs, so a killed `npm run` would leave the server behind). The exit code
 * is 0, or 130 on SIGINT, 129 on SIGHUP, or 1 if `close` fails or has not settled after `limitInMs`.
 *
 * A second Ctrl-C ends the process at once. Nothing else cuts the closing off: a signal to a whole group of processes
 * is often followed by the parent's own SIGTERM, by the parent's death, or by the terminal's SIGHUP.
 */
export function onShutdown(close: () => Promise<void>, limitInMs = CLOSE_LIMIT_MS): void {
  let first: { readonly cause: keyof typeof EXIT_CODES; readonly at: number } | undefined;
  const stop = (cause: keyof typeof EXIT_CODES) => {
    if (first !== undefined) {
      const isCopy = first.cause === 'SIGINT' && performance.now() - first.at < SAME_SIGNAL_MS;
      if (cause === 'SIGINT' && !isCopy) process.exit(EXIT_CODES.SIGINT);
      return;
    }
    first = { cause, at: performance.now() };
    setTimeout(() => {
      console.error(`Could not stop cleanly within ${limitInMs} ms, ending all the same.`);
      process.exit(1);
    }, limitInMs);
    close().then(
      () => process.exit(EXIT_CODES[cause]),
      (error: unknown) => {
        console.error('Could not stop cleanly:', error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  // Told by who spawned us, where possible: a parent that dies while we load is replaced before we can look.
  const parent = Number(process.env[SPAWNED_BY] ?? process.ppid);
  // Not for what this process runs or spawns in turn.
  delete process.env[SPAWNED_BY];
  // An orphan is given another parent; nothing tells it, so it has to look.
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    stop('parent');
  }, PARENT_POLL_MS);
  poll.unref();
}
