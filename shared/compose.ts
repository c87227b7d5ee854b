import { setTimeout } from 'node:timers/promises';
import { createAttestations } from './azure/attestations.ts';
import { managedIdentity } from './azure/credential.ts';
import { createDocuments } from './azure/documents.ts';
import { enrollmentsOf } from './azure/enrollments.ts';
import { createKeyVault } from './azure/key-vault.ts';
import { createIotDpsClient, createProvisioningService } from './azure/provisioning-service.ts';
import { composeReports, type Reports } from './compose-reports.ts';
import { documentsInMemory } from './documents-in-memory.ts';
import { endingInTime } from './ending.ts';
import type { CaId } from './lifecycle/observed.ts';
import type { App } from './operations/app.ts';
import { askRenewal } from './operations/ask-renewal.ts';
import type { Asked } from './operations/asked.ts';
import type { CaMessage } from './operations/ca-message.ts';
import type { RenewalWish } from './operations/parse-renewal-wish.ts';
import { plan } from './operations/plan.ts';
import type { Plan } from './operations/planned.ts';
import { renewMessage } from './operations/renew-message.ts';
import { scan } from './operations/scan.ts';
import type { Ports } from './ports.ts';
import { randomBytes, throwAwayPublicKey } from './randomness.ts';
import { readSettings, type Settings, SettingsInvalid } from './settings.ts';
import type { Invocation } from './telemetry/invocation.ts';

/** The operations, ready to run for one invocation. */
export interface Lifecycle {
  /** Returns the CAs to renew: the bodies of the queue messages. */
  scan(): Promise<readonly CaId[]>;
  /**
   * Returns the message to put back on the queue where time ran out.
   * @param message body of a queue message, whatever it is
   */
  renew(message: unknown, renewalId: string): Promise<CaMessage | undefined>;
  /** Makes the message for a CA that somebody asks for, or says why there is none. */
  ask(wish: RenewalWish): Promise<Asked>;
}

/** The last moment that a Date can hold: no limit at all. */
const LATEST_DATE_MS = 8.64e15;

/** Clients are made once in the life of a process: their tokens and connections serve the next invocation too. */
let adapters: Adapters | undefined;

type Credential = ReturnType<typeof managedIdentity>;
type ClientSettings = Pick<Settings, 'keyVaultUrls' | 'provisioningServices' | 'resourceManagerUrl'>;
/** The settings that a plan heeds. */
export type PlanSettings = ClientSettings &
  Pick<Settings, 'renewBefore' | 'overlap' | 'retire' | 'allocationWebhookUrl' | 'storage'>;

interface Adapters extends Pick<Ports, 'vaults' | 'services' | 'enrollments' | 'documents' | 'attestations'> {
  readonly settings: Settings;
}

/**
 * Puts the app together for one invocation: settings → adapters → operations. Where settings are wrong each operation says
 * so in `settings_invalid` and throws `SettingsInvalid`; the invocation fails, the app stays loaded.
 */
export function compose(invocation: Invocation): Lifecycle {
  const reports = composeReports(invocation);
  return {
    scan: () =>
      reports.during(async () => {
        const { app, warnings } = composeApp(reports);
        if (warnings.length > 0) reports.emit({ event: 'settings_invalid', faults: warnings });
        return scan(app);
      }),
    renew: (message, renewalId) =>
      reports.during(async () => {
        const { app } = composeApp(reports);
        if (reports.faults.length > 0) reports.emit({ event: 'settings_invalid', faults: reports.faults });
        return endingInTime(app.deadline, app.ports.now, () => renewMessage(app, message, renewalId));
      }),
    // Somebody waits for the answer, which says all of it.
    ask: async (wish) => askRenewal(composeApp(reports).app, wish),
  };
}

function composeApp({ emit, measure }: Reports): { readonly app: App; readonly warnings: readonly string[] } {
  try {
    adapters ??= createAdapters(readSettings());
  } catch (error) {
    if (error instanceof SettingsInvalid) emit({ event: 'settings_invalid', faults: error.faults });
    throw error;
  }
  const { settings, ...azure } = adapters;
  const ports: Ports = { ...azure, now: () => new Date(), randomBytes, throwAwayPublicKey, pause, emit, measure };
  const { renewBefore, overlap, retire, allocationWebhookUrl: webhookUrl, mode } = settings;
  const wishes = { renewBefore, overlap, retire, webhookUrl };
  const app: App = { ports, wishes, mode, deadline: deadlineOf(settings, new Date()) };
  return { app, warnings: settings.warnings };
}

/**
 * Looks at everything that the settings name and says what would be done; see `plan`. Keeps nothing, neither clients
 * nor documents.
 * @param credential whose permissions count: here not the app's identity
 */
export function composePlan(settings: PlanSettings, credential: Credential): Promise<Plan> {
  const { renewBefore, overlap, retire, allocationWebhookUrl: webhookUrl, storage } = settings;
  const emit = () => undefined;
  const attestations = storage && createAttestations(storage, () => credential);
  const azure = { ...createClients(settings, credential), documents: documentsInMemory(), attestations };
  const ports: Ports = { ...azure, now: () => new Date(), randomBytes, throwAwayPublicKey, pause, emit };
  return plan({ ports, wishes: { renewBefore, overlap, retire, webhookUrl } });
}

function createAdapters(settings: Settings): Adapters {
  const { clientId, storage } = settings;
  return {
    settings,
    ...createClients(settings, managedIdentity(clientId)),
    documents: storage ? createDocuments(storage, managedIdentity) : documentsInMemory(),
    ...(storage && { attestations: createAttestations(storage, managedIdentity) }),
  };
}

function createClients(
  settings: ClientSettings,
  credential: Credential,
): Omit<Adapters, 'settings' | 'documents' | 'attestations'> {
  const { keyVaultUrls, provisioningServices, resourceManagerUrl } = settings;
  const clients = new Map<string, ReturnType<typeof createIotDpsClient>>();
  const services = provisioningServices.map((dps) => {
    const { subscriptionId } = dps;
    const client = clients.get(subscriptionId) ?? createIotDpsClient(credential, subscriptionId, resourceManagerUrl);
    clients.set(subscriptionId, client);
    return createProvisioningService(client, dps);
  });
  return {
    vaults: new Map(keyVaultUrls.map((url) => [url, createKeyVault(url, credential)])),
    services: new Map(services.map((service) => [service.id, service])),
    enrollments: new Map(
      services.map((service) => [service.id, enrollmentsOf(service.serviceOperationsHostName, credential)]),
    ),
  };
}

/** Two minutes before the host ends the function; of a short time half of it. */
function deadlineOf({ functionTimeoutMs }: Settings, started: Date): Date {
  const left = Math.max(functionTimeoutMs - 2 * 60_000, functionTimeoutMs / 2);
  return new Date(Math.min(started.getTime() + left, LATEST_DATE_MS));
}

async function pause(milliseconds: number): Promise<void> {
  await setTimeout(milliseconds * (0.5 + Math.random()));
}
