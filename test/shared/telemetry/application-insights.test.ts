import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApplicationInsights } from '../../../shared/telemetry/application-insights.ts';
import { EVENTS } from '../../support/events.ts';

let server: Server;
const sockets = new Set<{ destroy(): unknown }>();
beforeAll(async () => {
  // Takes connections and says nothing, as an endpoint that hangs does.
  server = createServer((socket) => sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

it('lets no more than 32 batches pile up where the endpoint hangs, and says so of the next at once', async () => {
  const { port } = server.address() as AddressInfo;
  const key = '00000000-0000-4000-8000-000000000001';
  const connectionString = `InstrumentationKey=${key};IngestionEndpoint=https://127.0.0.1:${port}/`;
  const sink = openApplicationInsights({ connectionString, role: undefined, limitMs: 20 });
  const batch = {
    invocationId: undefined,
    operation: undefined,
    events: [{ at: new Date(), event: EVENTS.scan_completed }],
    metrics: [],
  };
  const failures = Array.from({ length: 40 }, () => sink.send(batch).then(String, (error: Error) => error.message));
  const said = await Promise.all(failures.slice(32));
  expect(said).toEqual(said.map(() => 'Application Insights is slow: 32 batches wait to be sent'));
  expect(await failures[0]).toContain('Application Insights has not taken everything');
  // One has left, so another may come.
  expect(await Promise.race([sink.send(batch).then(String, String), failures[1]])).not.toContain('is slow');
});
