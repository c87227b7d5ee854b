import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { RpcHttpCookie, RpcHttpData, RpcTypedData } from './rpc-data.ts';

/** Reads a request, body included, into the form in which the host hands it to a worker. */
export async function toRpcRequest(
  request: IncomingMessage,
  url: URL,
  params: Record<string, string>,
): Promise<{ http: RpcHttpData }> {
  const headers: [string, string][] = Object.entries(request.headersDistinct).map(([name, values]) => [
    name,
    values?.join(', ') ?? '',
  ]);
  return {
    http: {
      url: url.href,
      method: request.method ?? 'GET',
      nullableHeaders: nullable(headers),
      nullableQuery: nullable([...url.searchParams]),
      nullableParams: nullable(Object.entries(params)),
      body: { bytes: await buffer(request) },
    },
  };
}

/** Writes what the library made of the handler's result. No result at all is 204, as in every host since version 2. */
export function sendRpcResponse(response: ServerResponse, result: RpcTypedData | undefined): void {
  if (result === undefined) {
    response.writeHead(204).end();
    return;
  }
  if (!('http' in result)) throw new Error('Cannot answer the request: the handler returned no HTTP response.');
  const { statusCode, headers, cookies, body } = result.http;
  response.statusCode = Number(statusCode ?? 200);
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  for (const cookie of cookies ?? []) response.appendHeader('set-cookie', setCookie(cookie));
  response.end(body && 'bytes' in body ? body.bytes : undefined);
}

/** RFC 6265 section 4.1; the value is percent-encoded, as ASP.NET Core does it. */
function setCookie(cookie: RpcHttpCookie): string {
  const sameSite = { none: undefined, lax: 'lax', strict: 'strict', explicitNone: 'none' }[cookie.sameSite ?? 'none'];
  const attributes = [
    cookie.expires && `expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`,
    cookie.maxAge && `max-age=${cookie.maxAge.value}`,
    cookie.domain && `domain=${cookie.domain.value}`,
    cookie.path && `path=${cookie.path.value}`,
    cookie.secure?.value && 'secure',
    sameSite && `samesite=${sameSite}`,
    cookie.httpOnly?.value && 'httponly',
  ];
  return [`${cookie.name}=${encodeURIComponent(cookie.value)}`, ...attributes.filter(Boolean)].join('; ');
}

function nullable(entries: [string, string][]): Record<string, { value: string }> {
  return Object.fromEntries(entries.map(([name, value]) => [name, { value }]));
}
