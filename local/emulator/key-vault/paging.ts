import type { ServiceResponse } from '../service.ts';
import { badParameter } from './vault-error.ts';
import type { VaultRequest } from './vault-request.ts';

/** Key Vault's page: 25 items, and no client may ask for more. */
const PAGE_SIZE = 25;

/**
 * One page of a list. Items come in the order of their keys, and the link to the next page holds the key of the last
 * item, so that items that come and go between two pages make no other item appear twice or not at all.
 *
 * @param items key (unique, compared as text) and what to show.
 */
export function page(request: VaultRequest, items: readonly { key: string; value: unknown }[]): ServiceResponse {
  const text = request.query.get('maxresults');
  const size = text === null ? PAGE_SIZE : Number(text);
  if (!Number.isInteger(size) || size < 1 || size > PAGE_SIZE) {
    throw badParameter(`Property maxresults has invalid value '${text}'; it must be between 1 and ${PAGE_SIZE}`);
  }
  const after = Buffer.from(request.query.get('$skiptoken') ?? '', 'base64url').toString();
  const rest = items.filter(({ key }) => key > after).sort((a, b) => (a.key < b.key ? -1 : 1));
  const shown = rest.slice(0, size);
  const last = shown.at(-1);
  const more = rest.length > shown.length && last !== undefined;
  return {
    status: 200,
    body: { value: shown.map(({ value }) => value), nextLink: more ? nextLink(request, last.key) : null },
  };
}

function nextLink(request: VaultRequest, after: string): string {
  const query = new URLSearchParams(request.query);
  query.set('$skiptoken', Buffer.from(after).toString('base64url'));
  return `${request.origin}${request.path}?${query}`;
}
