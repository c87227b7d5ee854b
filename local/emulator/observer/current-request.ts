import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServiceRequest } from '../service.ts';

const requests = new AsyncLocalStorage<ServiceRequest>();

/** Runs what answers a request, so that everything it changes can be laid at that request's door. */
export function duringRequest<T>(request: ServiceRequest, run: () => T): T {
  return requests.run(request, run);
}

/** The request that is being answered; `undefined` for what a test changes by itself. */
export function currentRequest(): ServiceRequest | undefined {
  return requests.getStore();
}
