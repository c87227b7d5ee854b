const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const DURATION = /^(-?)P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * Reads a time of a seed: an ISO 8601 date-time with its offset (`2026-01-31T00:00:00Z`), or an ISO 8601 duration in
 * whole units from `now` on, with a minus before it for the past (`P20D`, `-P300D`).
 *
 * @returns `undefined` if the text is neither
 */
export function parseSeedTime(text: string, now: Date): Date | undefined {
  const [matched, minus, ...fields] = DURATION.exec(text) ?? [];
  if (matched !== undefined) return shift(now, minus === '-' ? -1 : 1, fields);
  const date = new Date(text);
  return DATE_TIME.test(text) && !Number.isNaN(date.getTime()) ? date : undefined;
}

function shift(now: Date, sign: 1 | -1, fields: readonly (string | undefined)[]): Date {
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = fields.map((field) =>
    Number(field ?? 0),
  );
  const moved = new Date(now);
  moved.setUTCMonth(now.getUTCMonth() + sign * (years * 12 + months));
  // A month later than the 31st may not exist; then it has rolled over, and the last of the month before is meant.
  if (moved.getUTCDate() !== now.getUTCDate()) moved.setUTCDate(0);
  const inSeconds = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  return new Date(moved.getTime() + sign * inSeconds * 1000);
}
