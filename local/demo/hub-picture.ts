import { shortThumbprint } from '../terminal/layout.ts';
import type { Paint } from '../terminal/paint.ts';
import { table } from '../terminal/table.ts';
import type { LinkedHub } from './read-hubs.ts';

/** A device that has registered. */
export interface Placed {
  readonly registrationId: string;
  /** Host name of the hub that it was given. */
  readonly hub: string;
  /** Thumbprint of the CA certificate above the one that it came with. */
  readonly issuer: string;
}

/** Thumbprints of the CA certificates that devices are under: the old one, and the new one once there is one. */
export interface Issuers {
  readonly old: string;
  readonly fresh?: string | undefined;
}

const [FRESH, OLD] = ['█', '░'];
/** So that the columns do not move while devices come in; more make it wider. */
const BAR_WIDTH = 16;

/** Devices per hub and per CA, one cell of a bar for each: those under the new CA first. */
export function hubPicture(
  placed: readonly Placed[],
  hubs: readonly LinkedHub[],
  issuers: Issuers,
  paint: Paint,
): string[] {
  const count = (of: readonly Placed[], issuer: string | undefined) =>
    of.filter((each) => each.issuer === issuer).length;
  const cells = (name: string, weight: string, of: readonly Placed[], bar: (fresh: number, old: number) => string) => {
    const [fresh, old] = [count(of, issuers.fresh), count(of, issuers.old)];
    return [name, weight, bar(fresh, old), String(fresh), String(old), String(of.length)];
  };
  const drawn = (fresh: number, old: number) => `${FRESH.repeat(fresh)}${OLD.repeat(old)}`.padEnd(BAR_WIDTH);
  const right = { align: 'right' } as const;
  const [titles = '', ...rows] = table(
    [
      { title: 'hub' },
      { title: 'weight', ...right },
      { title: 'devices' },
      { title: `new CA ${FRESH}`, ...right },
      { title: `old CA ${OLD}`, ...right },
      { title: 'in all', ...right },
    ],
    [
      ...hubs.map(({ name, weight }) => {
        const own = placed.filter(({ hub }) => hub === name);
        return cells(shortHub(name), String(weight), own, drawn);
      }),
      cells('together', '', placed, () => ''),
    ],
  );
  const coloured = rows.map((row) =>
    row.replace(/█+/g, (bar) => paint('green', bar)).replace(/░+/g, (bar) => paint('yellow', bar)),
  );
  const { old, fresh } = issuers;
  const legend = `old CA ${shortThumbprint(old)}${fresh === undefined ? '' : `, new CA ${shortThumbprint(fresh)}`}`;
  return [paint('dim', titles), ...coloured, paint('dim', legend)].map((line) => `  ${line}`);
}

/** The domain that all hubs share says nothing. */
function shortHub(name: string): string {
  return name.replace(/\.azure-devices\.net$/, '');
}
