import forge from 'node-forge';
import { type Asn1, contentOf, isUniversal, Tag } from './der.ts';

/** Year, month, day, hour, minute, second?, fraction?, Z or offset (X.680 sections 46 and 47). */
const UTC_TIME = /^(\d{2})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/;
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(Z|[+-]\d{4})$/;

/**
 * Time of a certificate as ASN.1 node: UTCTime before 2050, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5).
 * Both have a resolution of one second, so milliseconds are cut off. Throws outside the years 1950 to 9999.
 */
export function time(date: Date): Asn1 {
  const { asn1 } = forge;
  const year = date.getUTCFullYear();
  // An invalid date has the year NaN, which is in no range either.
  if (!(year >= 1950 && year <= 9999)) {
    throw new Error(`Cannot encode a time outside the years 1950 to 9999: ${date.getTime()} ms since 1970`);
  }
  return year < 2050
    ? asn1.create(asn1.Class.UNIVERSAL, Tag.utcTime, false, asn1.dateToUtcTime(date))
    : asn1.create(asn1.Class.UNIVERSAL, Tag.generalizedTime, false, asn1.dateToGeneralizedTime(date));
}

/** What a message shows of a time that is none. */
const SHOWN = 30;

/**
 * Date of a UTCTime or GeneralizedTime node. Seconds and "Z" are mandatory in RFC 5280, but older certificates leave
 * seconds out or carry an offset. `what` names the field in the error.
 */
export function readTime(node: Asn1 | undefined, what: string): Date {
  const utc = isUniversal(node, Tag.utcTime);
  if (!utc && !isUniversal(node, Tag.generalizedTime)) {
    throw new Error(`Cannot read ${what}: it is neither UTCTime nor GeneralizedTime`);
  }
  const text = contentOf(node, what);
  const [, digits, month, day, hour, minute, second = '00', zone = ''] =
    (utc ? UTC_TIME : GENERALIZED_TIME).exec(text) ?? [];
  // RFC 5280 section 4.1.2.5.1: a two-digit year from 50 on is 19YY, below it 20YY.
  const year = utc ? `${Number(digits) >= 50 ? '19' : '20'}${digits}` : digits;
  const offset = zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  // Date takes 30 February for 1 March, 24:00 for the next day, and much text that is no date at all for some date.
  const isWritten = digits !== undefined && isoOf(new Date(`${written}Z`)) === written;
  const date = new Date(isWritten ? `${written}${offset}` : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw new Error(`Cannot read ${what}: ${JSON.stringify(text.slice(0, SHOWN))} is not a time`);
  }
  return date;
}

function isoOf(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length);
}
