import { type Duration, parseDuration } from './duration.ts';
import { parseRenewBefore, type RenewBefore } from './renew-before.ts';

/** What must have happened before an older version goes, besides the overlap. */
export const RETIRE = ['expired', 'unused', 'overlap', 'never'] as const;
export type Retire = (typeof RETIRE)[number];

/**
 * What an operator wishes for one CA, written as tags on its newest version; each overrides a setting. Tags with other
 * names are somebody else's and are left alone.
 */
export interface CaTags {
  /** `dps`: names of DPS to register the CA in, even where no version of it is yet; `*` for every configured one. */
  readonly dps: readonly string[];
  /** `renew-before`, as the setting. */
  readonly renewBefore: RenewBefore | undefined;
  /** `overlap`, as the setting. */
  readonly overlap: Duration | undefined;
  /** `retire`, as the setting. */
  readonly retire: Retire | undefined;
  /** `paused=true`: nothing is done. */
  readonly paused: boolean;
  /** `renew-key`: whether a renewal keeps the key or gets a new one. */
  readonly renewKey: 'same' | 'new' | undefined;
  /** `issuer=external`: somebody else signs the request. */
  readonly issuer: 'external' | undefined;
  /** `same-key=interchangeable`: generations with one key may stand for each other. */
  readonly sameKey: 'interchangeable' | undefined;
  /** `stock-cleared`: thumbprint of the generation under which no device waits in a warehouse any more. */
  readonly stockCleared: string | undefined;
}

/** The tags of a CA, or every fault of them, one sentence each. */
export type ParsedTags = { readonly tags: CaTags } | { readonly faults: readonly string[] };

/** Parses the tags of a CA's newest version. A fault refuses this CA alone; so it is returned, not thrown. */
export function parseTags(tags: Readonly<Record<string, string>>): ParsedTags {
  const faults: string[] = [];
  function read<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = tags[name]?.trim();
    if (text === undefined || text === '') return undefined;
    try {
      return parse(text);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // It quotes the tag, in which anything may stand; a fault is one line of a log.
      faults.push(`tag ${name}: ${message.replaceAll(/\p{Cc}/gu, '\uFFFD')}`);
      return undefined;
    }
  }
  const parsed: CaTags = {
    dps: read('dps', parseNames) ?? [],
    renewBefore: read('renew-before', parseRenewBefore),
    overlap: read('overlap', parseDuration),
    retire: read('retire', oneOf(...RETIRE)),
    paused: read('paused', oneOf('true', 'false')) === 'true',
    renewKey: read('renew-key', oneOf('same', 'new')),
    issuer: read('issuer', oneOf('external')),
    sameKey: read('same-key', oneOf('interchangeable')),
    stockCleared: read('stock-cleared', parseThumbprint),
  };
  return faults.length > 0 ? { faults } : { tags: parsed };
}

function oneOf<T extends string>(...values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((each) => each === text.toLowerCase());
    if (value === undefined) throw new Error(`'${text}' is not ${values.join(' or ')}`);
    return value;
  };
}

function parseNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => name !== '*' && !/^[A-Za-z0-9-]{3,64}$/.test(name));
  if (wrong !== undefined) throw new Error(`'${wrong}' is neither the name of a DPS nor *`);
  return names;
}

function parseThumbprint(text: string): string {
  if (!/^[0-9A-Fa-f]{40}$/.test(text)) throw new Error(`'${text}' is not a thumbprint of 40 hexadecimal digits`);
  return text.toUpperCase();
}
