import { randomBytes } from 'node:crypto';
import type { LoggedRequest } from '../../local/emulator/control/traffic.ts';
import { documentsInMemory } from '../../shared/documents-in-memory.ts';
import type { App } from '../../shared/operations/app.ts';
import { renew } from '../../shared/operations/renew.ts';
import type { KeyVault, Ports } from '../../shared/ports.ts';
import { throwAwayPublicKey } from '../../shared/randomness.ts';
import { accepted } from './accepted-calls.ts';
import { liveThroughFaults } from './fault-life.ts';
import { FAULT_CA, FAULT_SCENARIOS, type FaultScenario } from './fault-scenarios.ts';
import { type FaultStage, type FaultWorld, startFaultStage } from './fault-stage.ts';
import type { ServiceCall } from './permission-of.ts';

/** A call of the real adapters, as the emulator has logged it. */
export interface RecordedCall extends ServiceCall {
  /** Name of the vault or DPS; of the resource manager its own. */
  readonly instance: string;
  /** Whether it is to a vault whose CAs only sign in this life. */
  readonly isToIssuer: boolean;
}

/** Every life of a CA that the fault matrix knows, without faults, and a request that somebody else has overtaken. */
export async function recordLives(): Promise<readonly RecordedCall[]> {
  const stage = await startFaultStage();
  try {
    const calls: RecordedCall[] = [];
    for (const scenario of FAULT_SCENARIOS) calls.push(...(await recordLife(stage, scenario)));
    return [...calls, ...(await recordOvertaken(stage))];
  } finally {
    await stage.close();
  }
}

async function recordLife(stage: FaultStage, scenario: FaultScenario): Promise<readonly RecordedCall[]> {
  const worlds: FaultWorld[] = [];
  const recording: FaultStage = {
    ...stage,
    put: async (seed, clock) => {
      const world = await stage.put(seed, clock);
      worlds.push(world);
      return world;
    },
  };
  const { settled, abandoned, violations } = await liveThroughFaults(recording, scenario);
  // What did not come to its end may not have called all that it needs.
  if (!settled || abandoned > 0 || violations.length > 0) throw new Error(`${scenario.name} does not end well`);
  return worlds.flatMap(({ traffic }) => callsOf(traffic.requests()));
}

/** Two processes renew one CA; one of them asks for its certificate when the other one has it already. */
async function recordOvertaken(stage: FaultStage): Promise<readonly RecordedCall[]> {
  const scenario = FAULT_SCENARIOS.find(({ way }) => way === 'subordinate') ?? FAULT_SCENARIOS[0];
  if (scenario === undefined) throw new Error('There are no scenarios');
  const now = new Date();
  const world = await stage.put(scenario.seed, { now });
  const ca = { vaultUrl: world.vaultUrl(FAULT_CA.vault), name: FAULT_CA.name };
  const faster = appOf(world, scenario, now);
  let isOvertaken = false;
  const overtaken = withVaults(appOf(world, scenario, now), (vault) => ({
    ...vault,
    createRequest: async (...given) => {
      if (!isOvertaken) {
        isOvertaken = true;
        await renew(faster, ca, 'faster');
      }
      return vault.createRequest(...given);
    },
  }));
  await renew(overtaken, ca, 'overtaken');
  return callsOf(world.traffic.requests());
}

function appOf(world: FaultWorld, { wishes }: FaultScenario, now: Date): App {
  const ports: Ports = {
    ...world.coldPorts(),
    documents: documentsInMemory(),
    now: () => now,
    randomBytes,
    throwAwayPublicKey,
    pause: async () => undefined,
    emit: () => undefined,
  };
  return { ports, wishes, mode: 'enforce', deadline: new Date(8.64e15) };
}

function withVaults({ ports, ...app }: App, change: (vault: KeyVault) => KeyVault): App {
  const vaults = new Map([...ports.vaults].map(([url, vault]) => [url, change(vault)]));
  return { ...app, ports: { ...ports, vaults } };
}

function callsOf(requests: readonly LoggedRequest[]): readonly RecordedCall[] {
  return accepted(requests).map(({ service, instance, method, path, body }) => ({
    instance,
    method,
    path: `${HOSTS[service]?.(instance) ?? ''}${path}`,
    body,
    isToIssuer: service === 'keyVault' && instance !== FAULT_CA.vault,
  }));
}

/** On the machine all of them are localhost; in Azure the host says what they are. */
const HOSTS: Readonly<Partial<Record<LoggedRequest['service'], (instance: string) => string>>> = {
  keyVault: (name) => `//${name}.vault.azure.net`,
  enrollments: (name) => `//${name}.azure-devices-provisioning.net`,
};
