import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeStatus } from '../../../shared/compose-status.ts';
import { readSnapshot } from '../../../shared/operations/read-snapshot.ts';
import { statusResponse } from '../../../shared/status/status-response.ts';
import { hostileDocument, MARK } from '../../shared/status/hostile-snapshot.ts';
import { busy, REPORTS } from '../../shared/status/sample-reports.ts';
import { reportOf } from '../../shared/status/snapshot-builders.ts';

/** Serves a page for each sample by its name, `/hostile`, and `/api/status` as the app does. */
export async function startStatusServer(): Promise<{ readonly address: string; close(): void }> {
  // With the headers that the app sends: the policy is half of what is tested here.
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    void answer(request, url).then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

async function answer(request: IncomingMessage, url: URL) {
  if (url.pathname === '/api/status') {
    return composeStatus(requestOf(request, url), JSON.parse(JSON.stringify(busy())));
  }
  if (url.pathname === '/hostile') return statusResponse(reportOf(readSnapshot(hostileDocument(MARK))), 'text/html');
  const report = REPORTS[url.pathname.slice(1)];
  return report ? statusResponse(report(), 'text/html') : { status: 404, headers: {}, body: '' };
}

function requestOf(request: IncomingMessage, url: URL): Parameters<typeof composeStatus>[0] {
  return {
    method: request.method ?? '',
    query: url.searchParams,
    headers: { get: (name) => request.headers[name]?.toString() ?? null },
    text: async () => (await request.toArray()).join(''),
  };
}
