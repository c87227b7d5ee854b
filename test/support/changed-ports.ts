import type { App } from '../../shared/operations/app.ts';
import type { KeyVault, ProvisioningService } from '../../shared/ports.ts';
import { dpsId, vaultUrl } from './in-process-azure.ts';
import type { Scene } from './scene.ts';

// An app like the scene's, one of whose services answers otherwise than the emulator would.

/** @param name of the vault in the seed */
export function withVault({ app }: Scene, name: string, change: (vault: KeyVault) => Partial<KeyVault>): App {
  return { ...app, ports: { ...app.ports, vaults: changed(app.ports.vaults, vaultUrl(name), change) } };
}

/** Whose pauses take time: the scene's clock moves on by them, and whoever else is at work gets many a turn. */
export function withPauses({ app, clock }: Scene, paused: (milliseconds: number) => void = () => undefined): App {
  const pause = async (milliseconds: number) => {
    paused(milliseconds);
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    clock.now = new Date(clock.now.getTime() + milliseconds);
  };
  return { ...app, ports: { ...app.ports, pause } };
}

/** @param name of the DPS in the seed */
export function withService(
  { app }: Scene,
  name: string,
  change: (service: ProvisioningService) => Partial<ProvisioningService>,
): App {
  return { ...app, ports: { ...app.ports, services: changed(app.ports.services, dpsId(name).id, change) } };
}

function changed<T extends object>(
  ports: ReadonlyMap<string, T>,
  key: string,
  change: (port: T) => Partial<T>,
): ReadonlyMap<string, T> {
  const port = ports.get(key);
  if (port === undefined) throw new Error(`Cannot change '${key}': the seed has only ${[...ports.keys()].join(', ')}`);
  return new Map(ports).set(key, { ...port, ...change(port) });
}
