import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { clientCertificatesOf } from './client-certificates.ts';
import { type FaultEffect, LONGEST_TIMER_MS } from './control/faults.ts';
import type { Traffic } from './control/traffic.ts';
import { readBody } from './read-body.ts';
import { parseRequestBody } from './request-body.ts';
import { type Service, ServiceError, type ServiceRequest, type ServiceResponse } from './service.ts';
import type { Tokens } from './tokens.ts';
import { unzip } from './unzip.ts';

export interface ServerOptions {
  readonly scheme: 'http' | 'https';
  readonly traffic: Traffic;
  readonly tokens: Tokens;
  /** The emulator's clock; stamps the request log. */
  readonly now: () => Date;
  /** Waits so many milliseconds; default a timer. */
  readonly delay?: (ms: number) => Promise<unknown>;
  /** Receives what went wrong inside the emulator itself, one text per failure. */
  readonly log: (text: string) => void;
}

/** Bodies beyond this are left out of the request log, which is kept in memory for as long as the emulator runs. */
const LOGGED_BODY_BYTES = 16 * 1024;

/**
 * Puts a service on the wire: reads the request, checks its token, applies latency and faults, sends the answer and
 * logs the request. Faults concern requests whose token was accepted. A challenge (a request without a token, by which
 * Key Vault clients learn where to get one) neither suffers nor counts, so that `skip` and `times` count the calls.
 * Nor does a request that needs no token: it is logged as the identity's, like all that comes before a token.
 */
export function serve(service: Service, options: ServerOptions): RequestListener {
  return (request, response) => {
    answer(service, options, request, response).catch((error: unknown) => {
      // Only a client that hangs up in the middle of its request body gets here; everything else is answered.
      if (!request.destroyed)
        options.log(`${service.instance}: ${request.method} ${request.url} failed: ${describe(error)}`);
      response.destroy();
    });
  };
}

async function answer(
  service: Service,
  options: ServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const at = options.now().toISOString();
  const bytes = await readBody(incoming);
  const { url, body, text, fault: bodyFault } = parse(incoming, bytes, service, options.scheme);
  const clientCertificates = clientCertificatesOf(incoming.socket);
  const request: ServiceRequest = {
    method: incoming.method ?? 'GET',
    url,
    headers: incoming.headers,
    body,
    ...(text !== undefined && { text }),
    ...(clientCertificates && { clientCertificates }),
  };
  const isAnonymous = service.isAnonymous?.(request) === true;
  const record = (status: number) => {
    // Telemetry about calls is none, and whoever counts the calls should not find it among them.
    if (service.service === 'ingestion') return;
    options.traffic.record({
      ...nameOf(service),
      ...(isAnonymous && { service: 'identity' }),
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      status,
      at,
      ...(isLogged(service, request, bytes) ? { body } : {}),
    });
  };

  const accepted =
    isAnonymous ||
    (service.audiences === undefined
      ? (service.authorize?.(request) ?? true)
      : options.tokens.accepts(incoming.headers.authorization, service.audiences));
  const effect =
    accepted && !isAnonymous
      ? options.traffic.effectOn({ ...nameOf(service), method: request.method, path: url.pathname })
      : undefined;
  const lateBy = options.traffic.latencyMs() + (effect && 'delayMs' in effect ? effect.delayMs : 0);
  if (lateBy > 0) await (options.delay ?? wait)(Math.min(lateBy, LONGEST_TIMER_MS));

  const drop = effect && 'drop' in effect ? effect.drop : undefined;
  const message =
    drop === 'before'
      ? undefined
      : onTheWire(await perform(service, request, { accepted, effect, bodyFault, options }));
  const truncated = effect !== undefined && 'truncate' in effect;
  if (drop !== undefined || message === undefined || (truncated && message.body === undefined)) {
    record(0);
    incoming.socket.destroy();
    return;
  }
  // Logged before it is sent: a client that has its answer finds its request in the log.
  record(message.status);
  if (truncated) sendHalf(outgoing, message);
  else outgoing.writeHead(message.status, message.headers).end(message.body);
}

function nameOf({ service, instance }: Service) {
  return { service, instance };
}

interface Circumstances {
  readonly accepted: boolean;
  readonly effect: FaultEffect | undefined;
  readonly bodyFault: ParsedRequest['fault'];
  readonly options: ServerOptions;
}

async function perform(
  service: Service,
  request: ServiceRequest,
  circumstances: Circumstances,
): Promise<ServiceResponse | Message> {
  const { accepted, effect, bodyFault, options } = circumstances;
  if (!accepted) return service.unauthorized(request);
  if (effect && 'expireToken' in effect) return service.unauthorized(request);
  if (effect && 'contentType' in effect) return pageOf(effect);
  if (effect && 'status' in effect) return injected(service, effect, request);
  if (bodyFault) return service.failure(bodyFault.status, bodyFault.message, request);
  const past = options.traffic.pastAnswers(service.instance);
  const stale = effect && 'stale' in effect ? past?.beforeLastWrite(request) : undefined;
  if (stale !== undefined) return stale;
  try {
    const response = await service.handle(request);
    past?.note(request, response);
    return response;
  } catch (error) {
    if (error instanceof ServiceError) return error.response;
    options.log(`${service.instance}: ${request.method} ${request.url.pathname} failed: ${describe(error)}`);
    return service.failure(500, 'The emulator failed; its log says why.', request);
  }
}

function injected(
  service: Service,
  effect: Extract<FaultEffect, { status: number }>,
  request: ServiceRequest,
): ServiceResponse {
  const response = service.failure(effect.status, 'This failure was asked for at the control address.', request);
  if (effect.retryAfter === undefined) return response;
  return { ...response, headers: { ...response.headers, 'retry-after': String(effect.retryAfter) } };
}

interface ParsedRequest {
  readonly url: URL;
  readonly body: unknown;
  readonly text?: string;
  readonly fault: { readonly status: number; readonly message: string } | undefined;
}

function parse(
  incoming: IncomingMessage,
  bytes: Buffer | 'too-large',
  { service }: Service,
  scheme: string,
): ParsedRequest {
  const host = incoming.headers.host ?? `127.0.0.1:${incoming.socket.localPort}`;
  const base = `${scheme}://${host}`;
  // By concatenation: resolving a path that begins with two slashes against a base would read a host name from it.
  const address = `${base}${incoming.url ?? '/'}`;
  const url = URL.canParse(address) ? new URL(address) : new URL(`${scheme}://127.0.0.1/`);
  if (!URL.canParse(address)) {
    return { url, body: undefined, fault: { status: 400, message: `'${address}' is not a URL.` } };
  }
  if (bytes === 'too-large') return { url, body: undefined, fault: { status: 413, message: 'The body is too large.' } };
  const unzipped = unzip(bytes, incoming.headers['content-encoding']);
  if ('error' in unzipped) return { url, body: undefined, fault: { status: 400, message: unzipped.error } };
  const parsed = parseRequestBody(unzipped.bytes, incoming.headers['content-type'], service === 'identity');
  if ('error' in parsed) return { url, body: undefined, fault: { status: 400, message: parsed.error } };
  return { url, ...parsed, fault: undefined };
}

/** A token request carries a client secret, an import a private key, an enrollment its keys and its webhook's. */
function isLogged(service: Service, request: ServiceRequest, bytes: Buffer | 'too-large'): boolean {
  if (request.body === undefined || bytes === 'too-large' || bytes.length > LOGGED_BODY_BYTES) return false;
  if (service.service === 'identity' || service.service === 'enrollments') return false;
  const path = request.url.pathname;
  const isImport = /\/import\/?$/i.test(path) || (request.method === 'PUT' && /^\/+(keys|secrets)\//i.test(path));
  return !(service.service === 'keyVault' && isImport);
}

/** An answer as it goes over the wire. */
interface Message {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer | undefined;
}

/** What a proxy or a gateway on the way answers in the service's stead. */
function pageOf({ contentType, status = 200 }: Extract<FaultEffect, { contentType: string }>): Message {
  const body = Buffer.from('<!DOCTYPE html><title>Fault</title><p>This page was asked for at the control address.\n');
  return { status, headers: { 'content-type': contentType, 'content-length': body.length }, body };
}

function onTheWire(response: ServiceResponse | Message): Message {
  if (Buffer.isBuffer(response.body)) return response as Message;
  const headers = new Map<string, string | number>([['content-type', 'application/json; charset=utf-8']]);
  for (const [name, value] of Object.entries(response.headers ?? {})) headers.set(name.toLowerCase(), value);
  const body = response.body === undefined ? undefined : Buffer.from(JSON.stringify(response.body));
  if (body === undefined) headers.delete('content-type');
  // RFC 9110 section 8.6: a 204 has no Content-Length.
  if (response.status !== 204) headers.set('content-length', body?.length ?? 0);
  return { status: response.status, headers: Object.fromEntries(headers), body };
}

/** Headers that announce the whole body, half of it, and then nothing any more. */
function sendHalf(outgoing: ServerResponse, { status, headers, body }: Message): void {
  const half = body?.subarray(0, Math.floor(body.length / 2));
  // Destroyed only once it is written: a reset would overtake what is still on its way.
  outgoing.writeHead(status, headers).write(half ?? '', () => outgoing.socket?.end());
}

function wait(ms: number): Promise<unknown> {
  // Unreferenced: a delayed answer does not keep a closed emulator's process alive.
  return setTimeout(ms, undefined, { ref: false });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
