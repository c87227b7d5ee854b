import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Ingestion } from '../ingestion/ingestion.ts';
import type { Violation } from '../observer/violation.ts';
import type { Pace } from '../pace.ts';
import { readBody } from '../read-body.ts';
import type { Throttle } from '../resource-manager/throttle.ts';
import { LONGEST_TIMER_MS, parseFaults } from './faults.ts';
import { parseBucketSizes } from './parse-bucket-sizes.ts';
import type { Traffic } from './traffic.ts';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const clockSchema = z.strictObject({ factor: z.number().positive().max(1_000_000) });
const latencySchema = z.strictObject({ ms: z.number().min(0).max(LONGEST_TIMER_MS) });

/**
 * The control address: what a test or a benchmark asks of the emulator, in JSON over plain HTTP. `GET` and `DELETE
 * /requests`, `PUT /latency` `{"ms": n}`, `PUT /clock` `{"factor": n}`, `PUT` and `DELETE /faults` and `/throttle`
 * (docs/faults.md), `GET /violations`, `GET` and `DELETE /telemetry`. A refused request answers 400 `{"errors": [sentence, …]}` and changes
 * nothing; one without an answer body is 204.
 */
export function createControl(controlled: Controlled): RequestListener {
  return (request, response) => {
    answer(controlled, request).then(
      (result) => send(response, result),
      // The client went away in the middle of its own request: there is nobody left to tell.
      () => response.destroy(),
    );
  };
}

/** What a control address controls. */
export interface Controlled {
  readonly traffic: Traffic;
  readonly violations: () => readonly Violation[];
  readonly pace: Pace;
  readonly telemetry: Pick<Ingestion, 'envelopes' | 'clearEnvelopes'>;
  readonly throttle: Pick<Throttle, 'setSizes'>;
}

async function answer(
  { traffic, violations, pace, telemetry, throttle }: Controlled,
  request: IncomingMessage,
): Promise<Answer> {
  const body = await readBody(request);
  switch (`${request.method} ${request.url}`) {
    case 'GET /requests':
      return { status: 200, body: traffic.requests() };
    case 'DELETE /requests':
      traffic.clearRequests();
      return { status: 204 };
    case 'PUT /latency':
      return withJson(body, (value) => putLatency(traffic, value));
    case 'PUT /clock':
      return withJson(body, (value) => putClock(pace, value));
    case 'PUT /faults':
      return withJson(body, (value) => putFaults(traffic, value));
    case 'DELETE /faults':
      traffic.clearFaults();
      return { status: 204 };
    case 'PUT /throttle':
      return withJson(body, (value) => putThrottle(throttle, value));
    case 'DELETE /throttle':
      throttle.setSizes(undefined);
      return { status: 204 };
    case 'GET /violations':
      return { status: 200, body: violations() };
    case 'GET /telemetry':
      return { status: 200, body: telemetry.envelopes() };
    case 'DELETE /telemetry':
      telemetry.clearEnvelopes();
      return { status: 204 };
    default:
      return refused(
        404,
        `There is no ${request.method} ${request.url} here: see GET /requests, PUT /faults, PUT /latency`,
      );
  }
}

function withJson(body: Buffer | 'too-large', handle: (value: unknown) => Answer): Answer {
  if (body === 'too-large') return refused(413, 'The body is larger than this server reads');
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    return refused(400, `The body is not JSON: ${String(error)}`);
  }
  return handle(value);
}

function putLatency(traffic: Traffic, value: unknown): Answer {
  const parsed = latencySchema.safeParse(value);
  if (!parsed.success) return refused(400, `The body must be {"ms": n} with n milliseconds, 0 to ${LONGEST_TIMER_MS}`);
  traffic.setLatency(parsed.data.ms);
  return { status: 204 };
}

function putClock(pace: Pace, value: unknown): Answer {
  const parsed = clockSchema.safeParse(value);
  if (!parsed.success) {
    return refused(400, 'The body must be {"factor": n}: how many times faster than real, above 0, at most 1000000');
  }
  pace.factor = parsed.data.factor;
  return { status: 204 };
}

function putFaults(traffic: Traffic, value: unknown): Answer {
  const parsed = parseFaults(value);
  if ('errors' in parsed) return refused(400, ...parsed.errors);
  traffic.setFaults(parsed.faults);
  return { status: 204 };
}

function putThrottle(throttle: Controlled['throttle'], value: unknown): Answer {
  const parsed = parseBucketSizes(value);
  if ('errors' in parsed) return refused(400, ...parsed.errors);
  throttle.setSizes(parsed.sizes);
  return { status: 204 };
}

function refused(status: number, ...errors: string[]): Answer {
  return { status, body: { errors } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
