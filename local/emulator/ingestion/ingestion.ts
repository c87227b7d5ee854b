import type { Service, ServiceRequest, ServiceResponse } from '../service.ts';

/** One item of telemetry as it came: what Application Insights calls an envelope. */
export type Envelope = Readonly<Record<string, unknown>>;

/** The ingestion endpoint of one Application Insights resource, and what it has taken. */
export interface Ingestion extends Service {
  /** In the order of their coming. */
  envelopes(): readonly Envelope[];
  clearEnvelopes(): void;
}

/** The resource's instrumentation key. It says where telemetry belongs, and opens nothing: local authentication is off. */
export const INSTRUMENTATION_KEY = '00000000-0000-4000-8000-000000a11197';

const AUDIENCES = ['https://monitor.azure.com', 'https://monitor.azure.com/'];

/** Telemetry is kept in memory for as long as the emulator runs; the oldest goes first. */
const MOST_ENVELOPES = 100_000;

/**
 * `POST /v2.1/track` and `/v2/track`: takes a list of envelopes (or one, or one a line), each if it is of this resource,
 * and answers how many it has taken. As where local authentication is off, nobody is heard without a token.
 */
export function createIngestion(): Ingestion {
  let taken: Envelope[] = [];
  return {
    service: 'ingestion',
    instance: 'application-insights',
    audiences: AUDIENCES,
    envelopes: () => [...taken],
    clearEnvelopes: () => {
      taken = [];
    },
    async handle(request) {
      if (!/^\/v2(?:\.1)?\/track\/?$/.test(request.url.pathname)) return failure(404, 'There is nothing here.');
      if (request.method !== 'POST') return failure(405, 'Telemetry is posted.');
      const items = itemsIn(request);
      const errors = items.flatMap((item, index) => faultOf(item, index));
      const refused = new Set(errors.map(({ index }) => index));
      const accepted = items.filter((_, index) => !refused.has(index)) as Envelope[];
      taken = [...taken, ...accepted].slice(-MOST_ENVELOPES);
      const body = { itemsReceived: items.length, itemsAccepted: accepted.length, appId: null, errors };
      return { status: statusOf(items.length, accepted.length), body };
    },
    // ASSUMED: the sentence; that it is 401 for no token, and for one of another audience.
    unauthorized: () => failure(401, 'Authentication required: this resource takes Entra ID tokens only.'),
    failure,
  };
}

function itemsIn({ body }: ServiceRequest): readonly unknown[] {
  if (body === undefined) return [];
  return Array.isArray(body) ? body : [body];
}

/** 206 where a part was taken; 400 where nothing was. */
function statusOf(received: number, accepted: number): number {
  if (accepted === received && received > 0) return 200;
  return accepted > 0 ? 206 : 400;
}

// ASSUMED: the sentences.
function faultOf(item: unknown, index: number): { index: number; statusCode: number; message: string }[] {
  const fault = (message: string) => [{ index, statusCode: 400, message }];
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return fault('Invalid envelope');
  const { iKey, name, time, data } = item as Envelope;
  if (iKey !== INSTRUMENTATION_KEY) return fault('Invalid instrumentation key');
  if (typeof name !== 'string') return fault("Field 'name' is missing");
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time)))
    return fault("Field 'time' on type 'Envelope' is not a date");
  const { baseType, baseData } = (typeof data === 'object' && data !== null ? data : {}) as Envelope;
  if (typeof baseType !== 'string' || typeof baseData !== 'object') return fault("Field 'data' is missing");
  return [];
}

/** The form of an answer that takes nothing. */
function failure(statusCode: number, message: string): ServiceResponse {
  const errors = [{ index: 0, statusCode, message }];
  return { status: statusCode, body: { itemsReceived: 0, itemsAccepted: 0, appId: null, errors } };
}
