import 'reflect-metadata';
import { type JsonNameParams, Name } from '@peculiar/x509';

/** Attribute types that a subject may name by keyword (RFC 4514 section 3 and those that Windows, hence Azure, adds). */
const OID_OF_TYPE: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  S: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  T: '2.5.4.12',
  G: '2.5.4.42',
  DC: '0.9.2342.19200300.100.1.25',
  UID: '0.9.2342.19200300.100.1.1',
  E: '1.2.840.113549.1.9.1',
};
const IA5_TYPES = new Set([OID_OF_TYPE.DC, OID_OF_TYPE.E]);
const TYPE_OF_OID = new Map(Object.entries(OID_OF_TYPE).map(([type, oid]) => [oid, type === 'S' ? 'ST' : type]));

/** Cuts at the separators that stand neither in quotes nor behind a backslash. */
function splitOutsideQuotes(text: string, separators: string): string[] {
  const parts = [''];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? '';
    if (!quoted && separators.includes(character)) {
      parts.push('');
      continue;
    }
    if (character === '"') quoted = !quoted;
    const escaped = character === '\\' ? (text[++i] ?? '') : '';
    parts[parts.length - 1] += character + escaped;
  }
  return parts;
}

/** Undoes quotes, backslashes and hexadecimal pairs (RFC 4514 section 2.4). */
function unescapeValue(value: string): string {
  const inner = /^".*"$/s.test(value) ? value.slice(1, -1) : value;
  return inner.replace(/((?:\\[0-9a-f]{2})+)|\\(.)/gi, (_, pairs: string | undefined, character: string | undefined) =>
    pairs === undefined ? (character ?? '') : Buffer.from(pairs.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
}

/** Whether these dotted numbers are an OID: X.660 rules the first two; RFC 5280 appendix B demands up to 2^28. */
function isObjectIdentifier(text: string): boolean {
  const [root = 0, second = 0, ...rest] = text.split('.').map(Number);
  return root <= 2 && (root === 2 || second < 40) && [second, ...rest].every((arc) => arc < 2 ** 28);
}

function parseAttribute(text: string, whole: string): { oid: string; value: string } {
  const [, type, raw] = /^\s*([A-Za-z]+|\d+(?:\.\d+)+)\s*=\s*((?:\\.|[^\\])*?)\s*$/s.exec(text) ?? [];
  const oid = type === undefined || /^\d/.test(type) ? type : OID_OF_TYPE[type.toUpperCase()];
  if (oid === undefined || raw === undefined || raw === '') {
    throw new Error(
      `Cannot read the X.500 name '${whole}': '${text.trim()}' is not type=value with a known type; write e.g. CN=My CA`,
    );
  }
  if (!isObjectIdentifier(oid)) {
    throw new Error(
      `Cannot read the X.500 name '${whole}': '${oid}' is no OID: its first number is 0, 1 or 2, the second below 40 ` +
        'unless after 2, and all are below 2^28',
    );
  }
  return { oid, value: unescapeValue(raw) };
}

/**
 * An X.500 name from its string form. The string lists the most specific RDN first and DER the least specific first
 * (RFC 4514 section 2.1), so `CN=x, O=y, C=US` becomes C, O, CN: Key Vault reads a policy's subject in the same way.
 * Values are PrintableString where its alphabet allows and UTF8String elsewhere; DC and E are IA5String (RFC 5280).
 *
 * @throws Error with a sentence that names the faulty part.
 */
export function parseDistinguishedName(text: string): Name {
  if (text.trim() === '') return new Name([]);
  const names: JsonNameParams = splitOutsideQuotes(text, ',;').map((rdn) => {
    const attributes: Record<string, Record<string, string>[]> = {};
    for (const { oid, value } of splitOutsideQuotes(rdn, '+').map((part) => parseAttribute(part, text))) {
      const other = Name.isPrintableString(value) ? 'printableString' : 'utf8String';
      attributes[oid] = [...(attributes[oid] ?? []), { [IA5_TYPES.has(oid) ? 'ia5String' : other]: value }];
    }
    return attributes;
  });
  return new Name(names.reverse());
}

/** The string form of a name, the most specific RDN first, so that `parseDistinguishedName` gives the same name back. */
export function formatDistinguishedName(name: Name): string {
  const rdns = name.toJSON().map((rdn) =>
    Object.entries(rdn)
      .flatMap(([type, values]) => values.map((value) => ({ type: TYPE_OF_OID.get(type) ?? type, value })))
      .map(({ type, value }) => `${type}=${value.replace(/([,+"\\<>;])|^([ #])|( )$/g, '\\$&')}`)
      .join('+'),
  );
  return rdns.reverse().join(', ');
}
