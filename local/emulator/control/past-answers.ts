import { parseLossless } from '../lossless-json.ts';
import type { ServiceRequest, ServiceResponse } from '../service.ts';

/** What one service instance has answered, so that a read can be answered as before the last write. */
export interface PastAnswers {
  /** Takes note of a request that was carried out, with its answer. */
  note(request: ServiceRequest, response: ServiceResponse): void;
  /** What the same read was answered last before the last write; `undefined` for what is no read, or is not known. */
  beforeLastWrite(request: ServiceRequest): ServiceResponse | undefined;
}

/** Keeps the last answer of every read; it is for as long as somebody tests with it, and so without a limit. */
export function createPastAnswers(): PastAnswers {
  const before = new Map<string, ServiceResponse>();
  const since = new Map<string, ServiceResponse>();
  return {
    note: (request, response) => {
      const kind = kindOf(request);
      if (kind === 'read') since.set(keyOf(request), asSent(response));
      if (kind !== 'write') return;
      for (const [key, answer] of since) before.set(key, answer);
      since.clear();
    },
    beforeLastWrite: (request) => (kindOf(request) === 'read' ? before.get(keyOf(request)) : undefined),
  };
}

/** An answer may share objects with what the next write changes; as JSON, since its numbers may have their source with them. */
function asSent({ body, ...response }: ServiceResponse): ServiceResponse {
  const headers = response.headers && { headers: { ...response.headers } };
  return { ...response, ...headers, ...(body !== undefined && { body: parseLossless(JSON.stringify(body)) }) };
}

/** A signature is neither: it changes nothing, and none is like another. */
function kindOf({ method, url }: ServiceRequest): 'read' | 'write' | 'neither' {
  if (method === 'GET' || /\/(query|attestationmechanism)\/?$/i.test(url.pathname)) return 'read';
  return method === 'POST' && /^\/+keys\//i.test(url.pathname) ? 'neither' : 'write';
}

/** DPS takes the page of a list in headers. */
function keyOf({ method, url, headers }: ServiceRequest): string {
  const page = [headers['x-ms-continuation'], headers['x-ms-max-item-count']];
  return JSON.stringify([method, url.pathname.toLowerCase(), url.search, page]);
}
