import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { givenKey } from './http-trigger.ts';
import { isAuthorized, type Keys } from './keys.ts';

/** A function that can be started by hand. */
export interface AdminFunction {
  name: string;
  trigger: string;
  /** Starts it with the text of `input`, and does not wait. Absent for HTTP functions: call their address. */
  start?: (input: string) => void;
}

const startBody = z.object({ input: z.unknown().optional() });

/**
 * The part of the host's admin API that scripts need, for the master key only: GET /admin/host/status,
 * GET /admin/functions, and POST /admin/functions/NAME with `{"input": …}` or `{}`, which answers 202 at once.
 */
export function createAdminApi(functions: readonly AdminFunction[], keys: Keys) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    if (!isAuthorized(keys, 'admin', '', givenKey(request, url))) {
      response.writeHead(401).end();
      return;
    }
    const target = `${request.method} ${url.pathname.replace(/\/$/, '')}`;
    if (target === 'GET /admin/host/status') {
      sendJson(response, 200, { id: 'local', state: 'Running', processUptime: Math.round(process.uptime() * 1000) });
    } else if (target === 'GET /admin/functions') {
      sendJson(
        response,
        200,
        functions.map(({ name, trigger }) => ({ name, trigger })),
      );
    } else {
      const name = /^POST \/admin\/functions\/([^/]+)$/.exec(target)?.[1]?.toLowerCase();
      await start(
        functions.find((fn) => fn.name.toLowerCase() === name),
        request,
        response,
      );
    }
  };
}

async function start(fn: AdminFunction | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!fn) {
    response.writeHead(404).end();
    return;
  }
  const input = parseInput(await text(request));
  if (input === undefined) {
    sendJson(response, 400, { message: `Cannot start ${fn.name}: send JSON, {"input": "…"} or {}.` });
  } else if (!fn.start) {
    sendJson(response, 400, { message: `Cannot start ${fn.name} here: it has an HTTP trigger, call its address.` });
  } else {
    fn.start(input);
    response.writeHead(202).end();
  }
}

/** The input as the text that a queue message would hold; empty if there is none, undefined if the body is wrong. */
function parseInput(body: string): string | undefined {
  try {
    const { input } = startBody.parse(JSON.parse(body || '{}'));
    return typeof input === 'string' ? input : input === undefined ? '' : JSON.stringify(input);
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
