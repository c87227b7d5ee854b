/**
 * A schedule of Azure Functions: six fields (second minute hour day month weekday), each a set of values.
 * NCRONTAB differs from cron: where day and weekday are both restricted, both must match.
 */
export interface Ncrontab {
  readonly text: string;
  readonly fields: readonly ReadonlySet<number>[];
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');
const FIELDS: readonly Field[] = [
  { name: 'second', min: 0, max: 59, names: [] },
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'weekday', min: 0, max: 6, names: WEEKDAYS },
];

/** The farthest apart that two 29ths of February on one weekday can lie: 40 years, across a century without a leap day. */
const HORIZON_DAYS = 41 * 366;

/**
 * Parses an NCRONTAB expression of six fields: `*`, values, names (`JAN`, `MON`), ranges (`1-5`), steps (`0/15`)
 * and lists. Throws an Error that names the field and its text, or says that the schedule never comes.
 */
export function parseNcrontab(text: string): Ncrontab {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new Error(`'${text}' is not an NCRONTAB expression: it has ${parts.length} fields instead of six`);
  }
  const fields = FIELDS.map((field, index) => parseField(field, parts[index] ?? ''));
  const schedule = { text, fields };
  nextOccurrence(schedule, new Date(0));
  return schedule;
}

function parseField(field: Field, text: string): ReadonlySet<number> {
  return new Set(text.split(',').flatMap((part) => parsePart(field, part, text)));
}

function parsePart(field: Field, part: string, whole: string): number[] {
  const [, range = '', step] = /^([^/]+)(?:\/([1-9]\d?))?$/.exec(part) ?? [];
  const ends = range === '*' ? [field.min, field.max] : range.split('-').map((value) => toNumber(field, value));
  const [from, to = step === undefined ? from : field.max] = ends;
  if (from === undefined || to === undefined || ends.length > 2 || ends.includes(Number.NaN) || from > to) {
    const span = `${field.min} to ${field.max}`;
    throw new Error(`the ${field.name} field '${whole}' is not a value, range, step or list from ${span}`);
  }
  const values = [];
  for (let value = from; value <= to; value += Number(step ?? 1)) values.push(value);
  return values;
}

function toNumber(field: Field, text: string): number {
  const named = field.names.indexOf(text.toUpperCase());
  if (named >= 0) return named + field.min;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.min && value <= field.max ? value : Number.NaN;
}

/** The first moment of a schedule strictly after another, in UTC. Throws an Error if the schedule never comes (30 February). */
export function nextOccurrence(schedule: Ncrontab, after: Date): Date {
  const [seconds, minutes, hours, days, months, weekdays] = schedule.fields;
  const start = Math.floor(after.getTime() / 1000) * 1000 + 1000;
  const day = new Date(start);
  day.setUTCHours(0, 0, 0, 0);
  for (let left = HORIZON_DAYS; left > 0; left -= 1) {
    const matches = months?.has(day.getUTCMonth() + 1) && days?.has(day.getUTCDate()) && weekdays?.has(day.getUTCDay());
    const time = matches ? firstTime(start - day.getTime(), hours, minutes, seconds) : undefined;
    if (time !== undefined) return new Date(day.getTime() + time);
    day.setUTCDate(day.getUTCDate() + 1);
  }
  throw new Error(`'${schedule.text}' is an NCRONTAB expression that never comes`);
}

type Values = ReadonlySet<number> | undefined;

/** The first time of day, in milliseconds since midnight, that matches and is not before `earliest`. */
function firstTime(earliest: number, hours: Values, minutes: Values, seconds: Values): number | undefined {
  for (const hour of sorted(hours)) {
    if ((hour + 1) * 3_600_000 <= earliest) continue;
    for (const minute of sorted(minutes)) {
      if (hour * 3_600_000 + (minute + 1) * 60_000 <= earliest) continue;
      for (const second of sorted(seconds)) {
        const time = ((hour * 60 + minute) * 60 + second) * 1000;
        if (time >= earliest) return time;
      }
    }
  }
  return undefined;
}

function sorted(values: Values): number[] {
  return [...(values ?? [])].sort((a, b) => a - b);
}
