import type { LinkedHub } from '../../shared/ports.ts';

/**
 * Reads `name=weight,name=weight`, as a DPS resource would have it; a name alone has the weight 1. Throws an Error with
 * all that is wrong.
 */
export function parseHubs(text: string): readonly LinkedHub[] {
  const faults: string[] = [];
  const hubs = text.split(',').map((item): LinkedHub => {
    const [name = '', weight = '1', ...rest] = item.split('=').map((part) => part.trim());
    const number = Number(weight || Number.NaN);
    const isRight = /^[A-Za-z0-9._-]{1,253}$/.test(name) && number >= 0 && Number.isFinite(number) && rest.length === 0;
    if (!isRight) faults.push(`--hubs: '${item}' is not name=weight, with a host name and a number from 0`);
    return { name, allocationWeight: number };
  });
  const names = hubs.map(({ name }) => name.toLowerCase());
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) faults.push(`--hubs: '${name}' is there twice`);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return hubs;
}
