import type { ServiceResponse } from '../service.ts';
import type { DataPlaneContext } from './context.ts';
import type { Page } from './paged-store.ts';

/** ASSUMED: how many items a client gets that does not say how many it wants. */
const DEFAULT_ITEMS = 100;
/** ASSUMED: how many it may ask for. */
const MOST_ITEMS = 10_000;

/** Values of `x-ms-item-type`, after QueryResultType of the service's SDKs. ASSUMED: that they begin in lower case. */
export type ItemType = 'enrollment' | 'enrollmentGroup' | 'deviceRegistration';

/**
 * Answers a query by one page. The text of the query is not looked at: the service always answers everything, and
 * clients send there what they like. Paging is by the headers `x-ms-max-item-count` and `x-ms-continuation`.
 *
 * @param read reads up to `count` items behind the place `after`
 * @throws ServiceError 400 for headers that make no sense
 */
export function answerPage<T>(
  context: DataPlaneContext,
  type: ItemType,
  read: (after: number, count: number) => Page<T>,
  show: (item: T) => unknown,
): ServiceResponse {
  const { headers } = context.request;
  const count = readCount(context, headers['x-ms-max-item-count']);
  const { items, next } = read(readContinuation(context, type, headers['x-ms-continuation']), count);
  return {
    status: 200,
    headers: {
      'x-ms-item-type': type,
      'x-ms-max-item-count': String(count),
      ...(next === undefined ? {} : { 'x-ms-continuation': continuation(type, next) }),
    },
    body: items.map(show),
  };
}

function readCount({ refusal }: DataPlaneContext, header: string | string[] | undefined): number {
  if (header === undefined) return DEFAULT_ITEMS;
  const count = Number(header);
  if (/^\d+$/.test(String(header)) && count >= 1 && count <= MOST_ITEMS) return count;
  throw refusal(400_001, `The header x-ms-max-item-count is '${header}': it must be a number from 1 to ${MOST_ITEMS}.`);
}

/** Opaque to clients; it names the query that it goes on with, so that it works for no other. */
function continuation(type: ItemType, place: number): string {
  return Buffer.from(`${type}/${place}`).toString('base64url');
}

function readContinuation(
  { refusal }: DataPlaneContext,
  type: ItemType,
  header: string | string[] | undefined,
): number {
  if (header === undefined || header === '') return -1;
  const place = Number(/^([a-zA-Z]+)\/(\d+)$/.exec(Buffer.from(String(header), 'base64url').toString())?.[2]);
  if (continuation(type, place) === header) return place;
  throw refusal(400_001, `The header x-ms-continuation is '${header}', which no answer to this query has given.`);
}
