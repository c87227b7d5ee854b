import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServiceState } from '../../../../local/emulator/create-service-state.ts';
import { makeCertificate } from '../../../../local/emulator/pki.ts';
import {
  createProvisioningServices,
  type ProvisioningService,
} from '../../../../local/emulator/resource-manager/provisioning-services.ts';
import { createResourceManager } from '../../../../local/emulator/resource-manager/resource-manager.ts';
import { type Service, ServiceError, type ServiceResponse } from '../../../../local/emulator/service.ts';

export const SUBSCRIPTION = 'sub-1';
export const SERVICE_PATH = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-1/providers/Microsoft.Devices/provisioningServices/dps-1`;
export const NOW = new Date('2022-05-03T17:50:03.500Z');
export const DAY_MS = 86_400_000;

export interface Call {
  readonly body?: unknown;
  readonly ifMatch?: string;
  /** `null` sends none. */
  readonly apiVersion?: string | null;
}

export interface ResourceManagerUnderTest {
  readonly resourceManager: Service;
  readonly dps: ProvisioningService;
  /** Moves the clock. */
  setNow(now: Date): void;
  /** Calls the service as the server would; a path that begins with `certificates` is below the DPS. */
  call(method: string, path: string, call?: Call): Promise<ServiceResponse>;
}

/** A resource manager with one DPS, `dps-1`, whose clock stands still and whose random bytes count up. */
export function buildResourceManager(): ResourceManagerUnderTest {
  let now = NOW;
  let counter = 0;
  const random = (bytes: number) => Uint8Array.from({ length: bytes }, () => counter++ % 256);
  const provisioningServices = createProvisioningServices();
  const dps: ProvisioningService = {
    name: 'dps-1',
    location: 'westus',
    idScope: '0ne005CB7A6',
    etag: 'AAAAAA/P24M=',
    allocationPolicy: 'Hashed',
    hubs: [{ name: 'hub-1.azure-devices.net', location: 'westeurope', allocationWeight: 3 }],
    policies: [
      { keyName: 'provisioningserviceowner', primaryKey: 'cHJpbWFyeQ==', secondaryKey: 'c2Vj', rights: 'All' },
    ],
    serviceOperationsHostName: 'localhost:1001',
    deviceProvisioningHostName: 'localhost:1002',
    state: 'Active',
    ...createServiceState('dps-1', { now: () => now, random }),
  };
  provisioningServices.add(dps);
  const resourceManager = createResourceManager({
    subscriptionId: SUBSCRIPTION,
    tenantId: 'tenant-1',
    resourceGroup: 'rg-1',
    now: () => now,
    random,
    provisioningServices,
    addresses: () => ['https://localhost:1000'],
    authority: () => 'https://localhost:999/tenant-1',
  });
  return {
    resourceManager,
    dps,
    setNow: (moment) => {
      now = moment;
    },
    call: async (method, path, { body, ifMatch, apiVersion = '2021-10-15' } = {}) => {
      const url = new URL(`https://localhost:1000${path.startsWith('/') ? path : `${SERVICE_PATH}/${path}`}`);
      if (apiVersion !== null) url.searchParams.set('api-version', apiVersion);
      const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch };
      try {
        return await resourceManager.handle({ method, url, headers, body });
      } catch (error) {
        if (error instanceof ServiceError) return error.response;
        throw error;
      }
    },
  };
}

export interface Identity {
  readonly key: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
}

export interface CertificateRequest {
  readonly subject: string;
  readonly issuer?: Identity;
  readonly key?: KeyObject;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly ca?: boolean;
}

export function ecKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** A certificate around `NOW`, a self-signed CA unless told otherwise. */
export async function buildCertificate(request: CertificateRequest): Promise<Identity> {
  const key = request.key ?? ecKey();
  const certificate = await makeCertificate({
    subject: request.subject,
    publicKey: createPublicKey(key),
    signer: request.issuer ?? { key },
    notBefore: request.notBefore ?? new Date(NOW.getTime() - DAY_MS),
    notAfter: request.notAfter ?? new Date('2022-05-06T17:50:01Z'),
    ...(request.ca === false ? {} : { ca: true }),
  });
  return { key, certificate };
}

export function base64(bytes: Uint8Array | string): string {
  return Buffer.from(bytes).toString('base64');
}

export function pem(der: Uint8Array): string {
  const lines = base64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
