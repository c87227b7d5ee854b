/** A time as the service writes it: ISO 8601 with .NET's seven decimals. */
export function dateTime(at: Date): string {
  return at.toISOString().replace('Z', '0000Z');
}
