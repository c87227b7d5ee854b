import { nameAttributes } from '../x509/name.ts';
import { Oid } from '../x509/oids.ts';

/** One attribute of a name as text: type, then a quoted value, or one whose special characters are escaped. */
const ATTRIBUTE = /\s*([^=,;+"\\\s]+)\s*=\s*(?:"((?:[^"\\]|""|\\.)*)"|((?:[^,;+"\\]|\\.)*))\s*(?:[,;+]|$)/suy;

/**
 * Why a certificate cannot stand in for an embedded one: their common names differ, and DPS would take the devices for
 * others (it registers a device under the CN). `undefined` if it can.
 * @param subject Name, DER, of the certificate that would be embedded
 * @param subjectName of the one that is, as DPS writes it: RFC 4514, or quoted as Windows does
 */
export function differingCommonName(subject: Uint8Array, subjectName: string | undefined): string | undefined {
  const ours = commonNamesIn(subject);
  const theirs = subjectName === undefined ? undefined : commonNames(subjectName);
  if (ours.length === 1 && theirs?.length === 1 && ours[0] === theirs[0]) return undefined;
  const described = theirs === undefined ? 'that cannot be read' : JSON.stringify(theirs.join(', '));
  return `its CN is ${JSON.stringify(ours.join(', '))}, the enrollment holds one ${described}`;
}

/**
 * Whether a name as text may be this one, going by its common names: yes, where the text cannot be read, and where
 * neither has any.
 * @param name Name, DER
 * @param text as DPS writes it
 */
export function mayBeNamed(name: Uint8Array, text: string): boolean {
  const theirs = commonNames(text);
  return theirs === undefined || JSON.stringify([...theirs].sort()) === JSON.stringify([...commonNamesIn(name)].sort());
}

function commonNamesIn(name: Uint8Array): readonly string[] {
  return nameAttributes(name).flatMap(([oid, value]) => (oid === Oid.commonName ? value : []));
}

/** The common names in a subject as text; `undefined` if the text is no name. */
function commonNames(text: string): readonly string[] | undefined {
  const names: string[] = [];
  ATTRIBUTE.lastIndex = 0;
  while (ATTRIBUTE.lastIndex < text.length) {
    const match = ATTRIBUTE.exec(text);
    if (match === null) return undefined;
    const [, type, quoted, plain = ''] = match;
    const value = quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"');
    if (/^(?:CN|2\.5\.4\.3)$/i.test(type ?? '')) names.push(value.replace(/\\(.)/gs, '$1'));
  }
  return names;
}
