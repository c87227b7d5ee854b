import { X509Certificate } from 'node:crypto';
import type { Behaviour } from '../../../../local/emulator/behaviour.ts';
import { DEFAULT_BEHAVIOUR } from '../../../../local/emulator/behaviour.ts';
import { createProvisioningService } from '../../../../local/emulator/create-provisioning-service.ts';
import { createDataPlane } from '../../../../local/emulator/enrollments/data-plane.ts';
import type { ProvisioningService } from '../../../../local/emulator/resource-manager/provisioning-services.ts';
import { type Service, ServiceError, type ServiceResponse } from '../../../../local/emulator/service.ts';
import { buildCertificate, DAY_MS, type Identity, NOW, pem } from '../resource-manager/build-resource-manager.ts';

export type { Identity };
export { buildCertificate, DAY_MS, NOW, pem };

export interface Call {
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ifMatch?: string;
  /** `null` sends none. */
  readonly apiVersion?: string | null;
}

export interface DataPlaneUnderTest {
  readonly dataPlane: Service;
  readonly dps: ProvisioningService;
  /** Moves the clock. */
  setNow(now: Date): void;
  /** Calls the service as the server would. Bodies and answers go through their text, as on the wire. */
  call(method: string, path: string, call?: Call): Promise<ServiceResponse & { readonly text: string }>;
}

/** The service API of an empty DPS, `dps-1`, whose clock stands still and whose random bytes count up. */
export function buildDataPlane(behaviour: Partial<Behaviour> = {}): DataPlaneUnderTest {
  let now = NOW;
  let counter = 0;
  const world = {
    now: () => now,
    random: (bytes: number) => Uint8Array.from({ length: bytes }, () => counter++ % 256),
  };
  const dps = createProvisioningService(
    {
      name: 'dps-1',
      state: 'Active',
      hubs: [],
      certificates: [],
      enrollmentGroups: [],
      individualEnrollments: [],
      behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour },
    },
    world,
  );
  dps.serviceOperationsHostName = 'dps-1.azure-devices-provisioning.net';
  const dataPlane = createDataPlane(dps, world);
  return {
    dataPlane,
    dps,
    setNow: (moment) => {
      now = moment;
    },
    call: async (method, path, call = {}) => {
      const response = await answer(dataPlane, method, path, call);
      const text = response.body === undefined ? '' : JSON.stringify(response.body);
      return { ...response, text, body: text === '' ? undefined : JSON.parse(text) };
    },
  };
}

async function answer(dataPlane: Service, method: string, path: string, call: Call): Promise<ServiceResponse> {
  const { body, headers = {}, ifMatch, apiVersion = '2021-10-01' } = call;
  const url = new URL(`https://dps-1.azure-devices-provisioning.net${path}`);
  if (apiVersion !== null) url.searchParams.set('api-version', apiVersion);
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  try {
    return await dataPlane.handle({
      method,
      url,
      headers: { ...headers, ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
      body: text === undefined ? undefined : JSON.parse(text),
      ...(text !== undefined && { text }),
    });
  } catch (error) {
    if (error instanceof ServiceError) return error.response;
    throw error;
  }
}

/** Puts a CA into the DPS as a certificate entry. */
export function plantEntry(dps: ProvisioningService, name: string, { certificate }: Identity, isVerified = true): void {
  dps.certificates.put({
    name,
    certificate: new X509Certificate(certificate),
    content: Buffer.from(certificate).toString('base64'),
    isVerified,
    updated: NOW,
    verificationCode: undefined,
  });
}

/** A record that trusts entries of the DPS. */
export function trusting(primary: string | null, secondary?: string | null): { attestation: object } {
  const caReferences = { primary, ...(secondary === undefined ? {} : { secondary }) };
  return { attestation: { type: 'x509', x509: { caReferences } } };
}

/** A record that holds certificates itself. */
export function holding(
  kind: 'signingCertificates' | 'clientCertificates',
  ...[primary, secondary]: readonly Identity[]
): { attestation: object } {
  const slots = {
    ...(primary && { primary: { certificate: pem(primary.certificate) } }),
    ...(secondary && { secondary: { certificate: pem(secondary.certificate) } }),
  };
  return { attestation: { type: 'x509', x509: { [kind]: slots } } };
}

export const SYMMETRIC = { attestation: { type: 'symmetricKey' } };
