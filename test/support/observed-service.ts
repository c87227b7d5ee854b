import { type Service, ServiceError, type ServiceRequest } from '../../local/emulator/service.ts';

export interface ServiceObserver {
  /** Before the service sees the request; may throw in its stead. */
  readonly before?: (request: ServiceRequest) => Promise<void> | void;
  /** @param status of the answer, refusals too; 0 where something else was thrown */
  readonly after: (request: ServiceRequest, status: number) => void;
}

/** The same service, with somebody looking on. */
export function observedService(service: Service, { before, after }: ServiceObserver): Service {
  return {
    ...service,
    handle: async (request) => {
      try {
        await before?.(request);
        const response = await service.handle(request);
        after(request, response.status);
        return response;
      } catch (error) {
        after(request, error instanceof ServiceError ? error.response.status : 0);
        throw error;
      }
    },
  };
}
