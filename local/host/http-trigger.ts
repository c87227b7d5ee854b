import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { RegisteredFunction } from './core-api.ts';
import type { Execute } from './execute.ts';
import { type AuthLevel, isAuthorized, type Keys } from './keys.ts';
import type { Route } from './route-template.ts';
import { sendRpcResponse, toRpcRequest } from './rpc-http.ts';

/** An HTTP function that is ready to be called. */
export interface HttpEndpoint {
  fn: RegisteredFunction;
  route: Route;
  /** In capitals; an empty list means all. */
  methods: readonly string[];
  authLevel: AuthLevel;
}

/**
 * Answers a request with the function whose route and methods match. 404 without one, also where only the method is
 * another: the real host does not say 405 (azure-functions-host issue 10098). 401 with an empty body before anything
 * of the request is read; 500 with an empty body when the function fails.
 */
export function createHttpTrigger(endpoints: readonly HttpEndpoint[], keys: Keys, execute: Execute) {
  const inOrder = endpoints.toSorted((a, b) => (a.route.precedence < b.route.precedence ? -1 : 1));

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const method = request.method ?? 'GET';
    const [match] = inOrder.flatMap((endpoint) => {
      const params = serves(endpoint, method) ? endpoint.route.match(url.pathname) : undefined;
      return params ? [{ endpoint, params }] : [];
    });
    if (!match) {
      response.writeHead(404).end();
      return;
    }
    const { fn, authLevel } = match.endpoint;
    if (!isAuthorized(keys, authLevel, fn.metadata.name, givenKey(request, url))) {
      response.writeHead(401).end();
      return;
    }
    const rpcRequest = await toRpcRequest(request, url, match.params);
    const execution = await execute(fn, `${method} ${url.pathname}`, rpcRequest);
    // The log of this turn goes out first: whoever has the answer may look there for what was said.
    await setImmediate();
    if (execution.succeeded) sendRpcResponse(response, execution.returnValue);
    else response.writeHead(500).end();
  };
}

function serves({ methods }: HttpEndpoint, method: string): boolean {
  return methods.length === 0 || methods.includes(method);
}

/** The key that a request shows: header `x-functions-key` before query parameter `code`. */
export function givenKey(request: IncomingMessage, url: URL): string | undefined {
  const header = request.headers['x-functions-key'];
  return (Array.isArray(header) ? header[0] : header) ?? url.searchParams.get('code') ?? undefined;
}
