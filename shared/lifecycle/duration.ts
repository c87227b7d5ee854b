/** An ISO 8601 duration, by its fields: a month is a month, however many days it has. */
export interface Duration {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly seconds: number;
}

/** The last moment that a certificate can name (RFC 5280 section 4.1.2.5): what lies beyond it is "never". */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

const PATTERN = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * Parses an ISO 8601 duration in whole units, such as `P30D`, `P1Y6M` or `PT12H`.
 * Throws an Error that names the text if it is not one, or if it is of length zero.
 */
export function parseDuration(text: string): Duration {
  const fields = PATTERN.exec(text)
    ?.slice(1)
    .map((field) => Number(field ?? 0));
  if (fields === undefined || fields.every((field) => field === 0)) {
    throw new Error(`'${text}' is not an ISO 8601 duration longer than zero, such as P30D, P1Y6M or PT12H`);
  }
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = fields;
  return { years, months, days: weeks * 7 + days, seconds: (hours * 60 + minutes) * 60 + seconds };
}

/** The moment that lies one duration before another, by the UTC calendar. The 31st minus a month is the last of that month. */
export function subtractDuration(from: Date, duration: Duration): Date {
  const moved = addMonths(from, -(duration.years * 12 + duration.months));
  return new Date(moved.getTime() - lengthInMs(duration));
}

/**
 * The moment that lies one duration after another, by the UTC calendar. The 31st plus a month is the last of that month.
 * Never later than the end of the year 9999.
 */
export function addDuration(from: Date, duration: Duration): Date {
  const moved = addMonths(from, duration.years * 12 + duration.months).getTime() + lengthInMs(duration);
  // Beyond what a Date can hold it is NaN.
  return new Date(moved <= LATEST ? moved : LATEST);
}

function addMonths(from: Date, months: number): Date {
  const moved = new Date(from.getTime());
  // Day 1 first: setting month 2 on the 31st would roll over into March.
  moved.setUTCDate(1);
  moved.setUTCMonth(from.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return moved;
}

function lengthInMs({ days, seconds }: Duration): number {
  return days * 86_400_000 + seconds * 1000;
}
