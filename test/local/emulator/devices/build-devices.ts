import { createHmac, X509Certificate } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Behaviour, DEFAULT_BEHAVIOUR } from '../../../../local/emulator/behaviour.ts';
import { createProvisioningService } from '../../../../local/emulator/create-provisioning-service.ts';
import { createDevices } from '../../../../local/emulator/devices/devices.ts';
import { createHubs, type Hubs } from '../../../../local/emulator/devices/hubs.ts';
import type { WebhookAnswer } from '../../../../local/emulator/devices/webhook.ts';
import type { EnrollmentKind } from '../../../../local/emulator/enrollments/enrollment-store.ts';
import { plantEnrollment } from '../../../../local/emulator/enrollments/plant-enrollment.ts';
import {
  createProvisioningServices,
  type ProvisioningService,
} from '../../../../local/emulator/resource-manager/provisioning-services.ts';
import { ServiceError, type ServiceResponse } from '../../../../local/emulator/service.ts';
import { buildCertificate, DAY_MS, type Identity, NOW } from '../resource-manager/build-resource-manager.ts';

export type { Identity };
export { buildCertificate, DAY_MS, NOW };

export const HUBS = ['hub-a', 'hub-b', 'hub-c'].map((name) => `${name}.azure-devices.net`);

/** How a device shows who it is. */
export interface Proof {
  /** What it sends in the handshake, its own certificate first. */
  readonly certificates?: readonly Identity[];
  readonly authorization?: string;
}

export interface DeviceCall extends Proof {
  readonly body?: unknown;
  /** `null` sends none. */
  readonly apiVersion?: string | null;
}

/** What a device sees of its registration in the end. */
export interface Outcome {
  readonly status: string;
  readonly registrationState: Readonly<Record<string, unknown>>;
}

export interface DevicesUnderTest {
  readonly dps: ProvisioningService;
  readonly hubs: Hubs;
  /** Calls of the webhook so far, the bodies parsed. */
  readonly webhookCalls: { readonly url: string; readonly body: Record<string, unknown> }[];
  /** Real milliseconds for which the service has waited. */
  readonly waits: number[];
  readonly logged: string[];
  /** Moves the emulator's clock. */
  setNow(now: Date): void;
  /** What the webhook answers next; the last answer goes on for ever. */
  answerWith(...answers: (WebhookAnswer | 'unreachable' | (() => Promise<WebhookAnswer>))[]): void;
  /** Calls the service as the server would; `path` is below the idScope. */
  call(method: string, path: string, call?: DeviceCall): Promise<ServiceResponse>;
  begin(registrationId: string, proof: Proof, payload?: unknown): Promise<ServiceResponse>;
  /** Registers a device and follows the operation to its end. */
  register(registrationId: string, proof: Proof, payload?: unknown): Promise<Outcome>;
  enroll(kind: EnrollmentKind, id: string, record: object): void;
}

export interface DevicesSetup {
  readonly behaviour?: Partial<Behaviour>;
  /** Of the three hubs; default 1 each. */
  readonly weights?: readonly number[];
  readonly allocationPolicy?: ProvisioningService['allocationPolicy'];
  /** Default 1. */
  readonly clockFactor?: number;
}

/** The device API with one DPS, `dps-1`, of three hubs. The clock stands still, and waiting takes no time. */
export function buildDevices(setup: DevicesSetup = {}): DevicesUnderTest {
  let now = NOW;
  let counter = 0;
  const random = (bytes: number) => Uint8Array.from({ length: bytes }, () => counter++ % 256);
  const dps = { ...createDps(setup, { now: () => now, random }), allocationPolicy: setup.allocationPolicy ?? 'Hashed' };
  const provisioningServices = createProvisioningServices();
  provisioningServices.add(dps);
  const hubs = createHubs();
  const [waits, logged]: [number[], string[]] = [[], []];
  const webhook = recordingWebhook();
  const devices = createDevices({
    provisioningServices,
    hubs,
    pace: { factor: setup.clockFactor ?? 1 },
    now: () => now,
    machineNow: () => NOW,
    random,
    log: (text) => logged.push(text),
    delay: async (ms) => waits.push(ms),
    webhooks: webhook.caller,
  });
  const call = async (method: string, path: string, options: DeviceCall = {}) => {
    const { body, certificates = [], authorization, apiVersion = '2019-03-31' } = options;
    const url = new URL(`https://localhost:1000/${dps.idScope}${path}`);
    if (apiVersion !== null) url.searchParams.set('api-version', apiVersion);
    const clientCertificates = certificates.map(({ certificate }) => new X509Certificate(certificate));
    const text = body === undefined ? undefined : JSON.stringify(body);
    try {
      return await devices.handle({
        method,
        url,
        headers: authorization === undefined ? {} : { authorization },
        body,
        ...(text !== undefined && { text }),
        ...(clientCertificates.length > 0 && { clientCertificates }),
      });
    } catch (error) {
      if (error instanceof ServiceError) return error.response;
      throw error;
    }
  };
  const begin = (registrationId: string, proof: Proof, payload?: unknown) => {
    const body = { registrationId, ...(payload !== undefined && { payload }) };
    return call('PUT', `/registrations/${registrationId}/register`, { ...proof, body });
  };
  return {
    dps,
    hubs,
    webhookCalls: webhook.calls,
    waits,
    logged,
    setNow: (moment) => {
      now = moment;
    },
    answerWith: webhook.answerWith,
    call,
    begin,
    register: async (registrationId, proof, payload) => {
      const answer = await begin(registrationId, proof, payload);
      const { operationId } = answer.body as { operationId?: string };
      if (operationId === undefined) throw new Error(`Refused: ${JSON.stringify(answer)}`);
      for (let polls = 0; polls < 1000; polls++) {
        const { status, body } = await call('GET', `/registrations/${registrationId}/operations/${operationId}`, proof);
        if (status === 200) return JSON.parse(JSON.stringify(body)) as Outcome;
        await setImmediate();
      }
      throw new Error(`The registration of '${registrationId}' does not end`);
    },
    enroll: (kind, id, record) => {
      plantEnrollment(dps, kind, id, { ...record }, { at: NOW, random });
    },
  };
}

function createDps(
  { behaviour, weights = [] }: DevicesSetup,
  world: { readonly now: () => Date; readonly random: (bytes: number) => Uint8Array },
): ProvisioningService {
  return createProvisioningService(
    {
      name: 'dps-1',
      state: 'Active',
      hubs: HUBS.map((name, index) => ({
        name: name.replace('.azure-devices.net', ''),
        location: 'westeurope',
        weight: weights[index] ?? 1,
      })),
      certificates: [],
      enrollmentGroups: [],
      individualEnrollments: [],
      behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour },
    },
    world,
  );
}

type Answer = WebhookAnswer | 'unreachable' | (() => Promise<WebhookAnswer>);

function recordingWebhook() {
  const calls: { url: string; body: Record<string, unknown> }[] = [];
  let answers: readonly Answer[] = [];
  return {
    calls,
    answerWith: (...next: Answer[]) => {
      answers = next;
    },
    caller: {
      post: async (url: string, body: string) => {
        calls.push({ url, body: JSON.parse(body) as Record<string, unknown> });
        const [answer = 'unreachable', ...others] = answers;
        if (others.length > 0) answers = others;
        return typeof answer === 'function' ? answer() : answer;
      },
      close: () => {},
    },
  };
}

/** The SAS token of a device, as the SDK for JavaScript makes it: slashes unescaped, the key name `registration`. */
export function sasToken(
  { idScope }: Pick<ProvisioningService, 'idScope'>,
  registrationId: string,
  key: string,
  { expires = new Date(NOW.getTime() + DAY_MS), resource = `${idScope}/registrations/${registrationId}` } = {},
): string {
  const seconds = Math.floor(expires.getTime() / 1000);
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${seconds}`).digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&skn=registration&se=${seconds}`;
}

/** What a webhook answers when all is well. */
export function allocated(hub: string | null, others: object = {}): WebhookAnswer {
  return { status: 200, body: JSON.stringify({ iotHubHostName: hub, ...others }) };
}
