import { asObject, type JsonObject } from '../../shared/json.ts';
import type { Enrollment } from '../../shared/ports.ts';
import { shownUrl } from './webhook-url.ts';

/**
 * The made-up device that a webhook is called for. Not the registrationId of an individual enrollment, even there: what
 * the webhook then keeps would stand for the real device's own certificate.
 */
export const CHECK_DEVICE = 'attach-check';

/**
 * The body that DPS posts to a custom allocation webhook (AllocationRequest), for a new device.
 * @param enrollment the device's; `undefined`: a made-up group
 * @param webhookUrl which DPS masks in the body
 * @param hubs host names of those linked to the DPS; an enrollment may select some of them
 */
export function checkBody(
  enrollment: Enrollment | undefined,
  webhookUrl: string,
  hubs: readonly string[],
): JsonObject & { readonly linkedHubs: readonly string[] } {
  const { kind = 'group', record = { enrollmentGroupId: CHECK_DEVICE, attestation: { type: 'x509' } } } =
    enrollment ?? {};
  const definition = asObject(record.customAllocationDefinition);
  const attestation = asObject(record.attestation)?.type === 'symmetricKey' ? 'symmetricKey' : 'x509';
  return {
    [kind === 'group' ? 'enrollmentGroup' : 'individualEnrollment']: {
      ...record,
      allocationPolicy: 'custom',
      customAllocationDefinition: { ...definition, webhookUrl: shownUrl(webhookUrl) },
    },
    deviceRuntimeContext: { registrationId: CHECK_DEVICE, [attestation]: {} },
    linkedHubs: selectedHubs(record) ?? hubs,
  };
}

function selectedHubs({ iotHubs }: JsonObject): readonly string[] | undefined {
  if (!Array.isArray(iotHubs)) return undefined;
  const names = iotHubs.filter((hub) => typeof hub === 'string');
  return names.length === 0 ? undefined : names;
}
