/** What a log line says of anything thrown: an error's stack (with its causes' messages), otherwise the value as text. */
export function errorText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? '' : `\n  caused by: ${errorText(thrown.cause)}`;
  return `${thrown.stack ?? `${thrown.name}: ${thrown.message}`}${cause}`;
}

/** Only what it says, for errors whose stack tells nobody anything: of a storage client, of a faulty binding. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
