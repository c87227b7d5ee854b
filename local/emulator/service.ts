import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The services of the emulator, named as the control address names them. */
export type ServiceName = 'resourceManager' | 'keyVault' | 'enrollments' | 'devices' | 'identity' | 'ingestion';

/** One request as a service sees it: authenticated, its body read. No socket is in sight, so tests call it directly. */
export interface ServiceRequest {
  readonly method: string;
  /** Absolute and as the client addressed it: ids and nextLinks are built from its origin. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON, or for the identity the fields of a form; `undefined` when the body was empty. */
  readonly body: unknown;
  /** The body as it came, for a service that keeps numbers as they were written; absent if it is no JSON. */
  readonly text?: string;
  /** The certificates that the client sent in its TLS handshake, its own first. Absent: it sent none. */
  readonly clientCertificates?: readonly X509Certificate[];
}

/** What a service answers. `body` is sent as JSON; `undefined` sends no body at all. */
export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One emulated service instance, listening on one port: a vault, a DPS, the resource manager. */
export interface Service {
  readonly service: ServiceName;
  /** The vault's or the DPS's name; for the services of which there is one, the service's own. */
  readonly instance: string;
  /** Audiences (`aud`) of a bearer token that this service accepts; `undefined` where it does its own authentication. */
  readonly audiences: readonly string[] | undefined;
  /** Where `audiences` is undefined: whether a request may be answered. Absent: all may. */
  readonly authorize?: (request: ServiceRequest) => boolean;
  /** Whether a request needs no token, and so is no call on this service. Absent: all need one. */
  readonly isAnonymous?: (request: ServiceRequest) => boolean;
  /** Answers a request whose token was accepted. Throws `ServiceError` for what the service refuses. */
  handle(request: ServiceRequest): Promise<ServiceResponse>;
  /** The 401 of this service for a missing, expired or foreign token. */
  unauthorized(request: ServiceRequest): ServiceResponse;
  /** An error of the given status in the form of this service, for injected faults and for what is unexpected. */
  failure(status: number, message: string, request: ServiceRequest): ServiceResponse;
}

/** A refusal, complete as it goes over the wire. Each service builds its own body, since each has its own form. */
export class ServiceError extends Error {
  readonly response: ServiceResponse;

  constructor(message: string, response: ServiceResponse) {
    super(message);
    this.name = 'ServiceError';
    this.response = response;
  }
}
