import type { ServiceResponse } from '../service.ts';
import type { DataPlaneContext } from './context.ts';
import { answerPage } from './paging.ts';
import type { Registration } from './registration-store.ts';
import { showRegistration } from './show-registration.ts';

export function getRegistration(context: DataPlaneContext, id: string): ServiceResponse {
  return { status: 200, body: showRegistration(existing(context, id)) };
}

export function deleteRegistration(context: DataPlaneContext, id: string): ServiceResponse {
  const { etag } = existing(context, id);
  const ifMatch = context.request.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etag) {
    throw context.refusal(412_001, `The precondition failed: the ETag ${ifMatch} is not ${etag}.`);
  }
  context.service.registrations.delete(id);
  return { status: 204 };
}

/** ASSUMED: an empty list for a group that is not there. */
export function queryRegistrations(context: DataPlaneContext, groupId: string): ServiceResponse {
  const { registrations } = context.service;
  const read = (after: number, count: number) => registrations.ofGroup(groupId, after, count);
  return answerPage(context, 'deviceRegistration', read, showRegistration);
}

function existing({ service, refusal }: DataPlaneContext, id: string): Registration {
  const registration = service.registrations.get(id);
  if (registration) return registration;
  throw refusal(404_202, `'${service.name}' knows of no registration '${id}'.`);
}
