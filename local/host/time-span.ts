/**
 * A .NET time span of host.json, `[d.]hh:mm:ss[.fraction]`, in milliseconds. `-1` is Infinity: host.json's word for
 * no limit. Throws an Error with the present value.
 */
export function parseTimeSpan(text: string): number {
  if (text === '-1') return Number.POSITIVE_INFINITY;
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)$/.exec(text);
  const [days = 0, hours, minutes, seconds] = (match ?? []).slice(1).map((part) => Number(part ?? 0));
  if (hours === undefined || minutes === undefined || seconds === undefined || hours > 23 || minutes > 59) {
    throw new Error(`Cannot read the time span ${JSON.stringify(text)}: write it as hh:mm:ss, for example 00:01:00.`);
  }
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
}
