import { createAttestations } from '../../shared/azure/attestations.ts';
import { managedIdentity } from '../../shared/azure/credential.ts';
import type { EnrollmentKind, KeptAttestation } from '../../shared/ports.ts';
import type { RunningApp } from './running-app.ts';

/** What is different about one call; `query` stands in place of the key. */
export type WebhookCall = RequestInit & { readonly query?: string };

/** Calls the webhook of an app as DPS does, with its key. The body goes out as JSON unless it is text or octets. */
export function callWebhook(app: RunningApp, body: unknown, init: WebhookCall = {}): Promise<Response> {
  const url = new URL(app.host().functions.find(({ name }) => name === 'allocate')?.url ?? '');
  if (init.query !== undefined) url.search = init.query;
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return fetch(url, { method: 'POST', body: text, headers: { 'content-type': 'application/json' }, ...init });
}

/** Status and body of what the webhook answers. */
export async function webhookAnswer(app: RunningApp, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await callWebhook(app, body);
  return { status: response.status, body: await response.json() };
}

/** All attestations of an enrollment, from the app's own table. */
export async function attestationsKept(app: RunningApp, kind: EnrollmentKind, id: string): Promise<KeptAttestation[]> {
  const attestations = createAttestations({ connectionString: app.storage }, managedIdentity);
  const found: KeptAttestation[] = [];
  for await (const page of attestations.ofEnrollment(kind, id)) found.push(...page);
  return found;
}
