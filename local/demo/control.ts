import type { LoggedRequest } from '../emulator/control/traffic.ts';
import type { LocalAzure } from '../local-azure.ts';

/** What the emulator's observer, which looks at every write, holds against one. */
export async function violationsOf(azure: LocalAzure): Promise<unknown[]> {
  return (await get(azure, '/violations')) as unknown[];
}

/** Every request so far, in the order of their answers. */
export async function requestsOf(azure: LocalAzure): Promise<LoggedRequest[]> {
  return (await get(azure, '/requests')) as LoggedRequest[];
}

/** From now on the waits of the services pass so many times faster: DPS tells its devices to ask again after 3 s. */
export async function speedUp({ emulator }: LocalAzure, factor: number): Promise<void> {
  const response = await fetch(`${emulator.control}/clock`, { method: 'PUT', body: JSON.stringify({ factor }) });
  if (!response.ok) throw new Error(`Cannot set the emulator's clock: it answered ${response.status}`);
}

async function get({ emulator }: LocalAzure, path: string): Promise<unknown> {
  const response = await fetch(`${emulator.control}${path}`);
  if (!response.ok) throw new Error(`Cannot read ${emulator.control}${path}: it answered ${response.status}`);
  return response.json();
}
