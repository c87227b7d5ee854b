import type { CertificateClientOptions } from '@azure/keyvault-certificates';
import { type Service, ServiceError, type ServiceResponse } from '../../local/emulator/service.ts';

type HttpClient = NonNullable<CertificateClientOptions['httpClient']>;
type PipelineRequest = Parameters<HttpClient['sendRequest']>[0];
type PipelineResponse = Awaited<ReturnType<HttpClient['sendRequest']>>;
type HttpHeaders = PipelineResponse['headers'];

/** One request as it came in, for tests that look at what a client really sends. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly status: number;
}

function toHttpHeaders(values: Readonly<Record<string, string>>): HttpHeaders {
  const headers = new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    get: (name) => headers.get(name.toLowerCase()),
    has: (name) => headers.has(name.toLowerCase()),
    set: (name, value) => void headers.set(name.toLowerCase(), String(value)),
    delete: (name) => void headers.delete(name.toLowerCase()),
    toJSON: () => Object.fromEntries(headers),
    [Symbol.iterator]: () => headers.entries(),
  };
}

function parseJson(body: PipelineRequest['body']): unknown {
  if (body === undefined || body === null || body === '') return undefined;
  if (typeof body !== 'string') throw new Error(`Cannot read a request body of type ${typeof body}: only text is JSON`);
  return JSON.parse(body);
}

async function answer(service: Service, request: PipelineRequest): Promise<ServiceResponse> {
  const received = {
    method: request.method,
    url: new URL(request.url),
    headers: request.headers.toJSON(),
    body: parseJson(request.body),
  };
  if (!request.headers.has('authorization')) return service.unauthorized(received);
  try {
    return await service.handle(received);
  } catch (error) {
    if (error instanceof ServiceError) return error.response;
    throw error;
  }
}

/**
 * An `httpClient` for the Azure SDKs that hands their requests to an emulated service in this process, without a
 * socket. A request without a token gets the service's 401, as over the wire; a token's content is not looked at.
 *
 * @param seen if given, every request is appended to it.
 */
export function inProcessHttpClient(service: Service, seen: SeenRequest[] = []): HttpClient {
  return {
    async sendRequest(request) {
      const { status, headers = {}, body } = await answer(service, request);
      seen.push({ method: request.method, url: request.url, status });
      // Through JSON and back, so that nothing but what JSON can carry gets across.
      return {
        request,
        status,
        headers: toHttpHeaders(headers),
        bodyAsText: body === undefined ? '' : JSON.stringify(body),
      };
    },
  };
}
