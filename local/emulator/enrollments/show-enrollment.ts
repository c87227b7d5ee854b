import { asObject, type JsonObject, parseLossless } from '../lossless-json.ts';
import type { ProvisioningService } from '../resource-manager/provisioning-services.ts';
import { ID_MEMBER } from './context.ts';
import { dateTime } from './date-time.ts';
import type { StoredEnrollment } from './enrollment-store.ts';
import { showRegistration } from './show-registration.ts';

/**
 * An enrollment as GET, PUT and query answer it: never a certificate, never a symmetric key. An individual enrollment
 * has the state of its device's registration with it.
 *
 * @param masksWebhookUrl default: as the service behaves. In allocation requests it always does.
 */
export function showEnrollment(
  enrollment: StoredEnrollment,
  service: ProvisioningService,
  masksWebhookUrl = service.behaviour.masksWebhookUrl,
): JsonObject {
  const { kind, id, etag, created, lastUpdated } = enrollment;
  const content = recordOf(enrollment);
  const registration = kind === 'individual' ? service.registrations.get(id) : undefined;
  return {
    [ID_MEMBER[kind]]: id,
    ...content,
    ...(masksWebhookUrl && maskedDefinition(content)),
    attestation: withoutKeys(asObject(content.attestation) ?? {}),
    ...(registration && registration.enrollmentGroupId === undefined
      ? { registrationState: showRegistration(registration) }
      : {}),
    etag,
    createdDateTimeUtc: dateTime(new Date(created)),
    lastUpdatedDateTimeUtc: dateTime(new Date(lastUpdated)),
  };
}

/** The attestation with its symmetric keys: what `attestationmechanism` answers. Certificates are not shown there, either. */
export function showAttestation(enrollment: StoredEnrollment): unknown {
  return recordOf(enrollment).attestation;
}

/** How an enrollment is allocated by a webhook, with the webhook's whole URL; `undefined` if it is not. */
export function showDefinition(enrollment: StoredEnrollment): JsonObject | undefined {
  return asObject(recordOf(enrollment).customAllocationDefinition);
}

function recordOf({ id, content }: StoredEnrollment): JsonObject {
  const record = asObject(parseLossless(content.text));
  if (record) return record;
  throw new Error(`Cannot show the enrollment '${id}': its stored text is not a JSON object: ${content.text}`);
}

function withoutKeys(attestation: JsonObject): JsonObject {
  const { symmetricKey, ...others } = attestation;
  return attestation.type === 'symmetricKey' ? others : attestation;
}

function maskedDefinition(content: JsonObject): JsonObject {
  const definition = asObject(content.customAllocationDefinition);
  if (typeof definition?.webhookUrl !== 'string') return {};
  const webhookUrl = definition.webhookUrl.replace(/\?.*$/s, '?****');
  return { customAllocationDefinition: { ...definition, webhookUrl } };
}
