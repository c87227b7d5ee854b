/** Returns another ETag at each call: base64 of a quoted string, itself unquoted, as DPS sends it for certificates. */
export type EtagSource = () => string;

/**
 * Makes ETags of the form that the service's database gives them: `"05006bea-0000-0700-0000-62716b4b0000"`, where the
 * first group counts writes and the last holds the unix time of this one.
 */
export function createEtagSource(now: () => Date, random: (bytes: number) => Uint8Array): EtagSource {
  let writes = Buffer.from(random(4)).readUInt32BE();
  return () => {
    writes = (writes + 1) >>> 0;
    const seconds = Math.floor(now().getTime() / 1000) >>> 0;
    return Buffer.from(`"${hex8(writes)}-0000-0700-0000-${hex8(seconds)}0000"`).toString('base64');
  };
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0');
}
