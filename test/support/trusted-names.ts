import type { LogReader } from '../local/host/log-reader.ts';

/** Keeps up with the log: the names of the CAs of which the app has said `certificate_trusted` so far. */
export function trustedNames(log: LogReader): () => ReadonlySet<string> {
  const names = new Set<string>();
  let read = 0;
  return () => {
    for (const { message } of log.records.slice(read)) {
      if (message.startsWith('{"event":"certificate_trusted"')) names.add(String(JSON.parse(message).ca));
    }
    read = log.records.length;
    return names;
  };
}
