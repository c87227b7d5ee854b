import { describe, expect, it } from 'vitest';
import { Refused } from '../../../shared/errors.ts';
import { readingPorts } from '../../../shared/operations/reading-ports.ts';
import { dpsId, vaultUrl } from '../../support/in-process-azure.ts';
import { createScene } from '../../support/scene.ts';

const READING = {
  vault: ['list', 'versions', 'current', 'certificate', 'pendingRequest'],
  service: ['state', 'entries', 'linkedHubs', 'serviceOperationsHostName'],
  enrollments: ['enrollments', 'enrollment', 'registrations'],
};

type Port = Readonly<Record<string, unknown>>;

async function readingScene() {
  const scene = await createScene();
  const { ports, missing } = readingPorts(scene.app.ports, 'shown');
  const dps = dpsId('dps-fleet').id;
  const all = {
    vault: ports.vaults.get(vaultUrl('kv-fleet')) as unknown as Port,
    service: ports.services.get(dps) as unknown as Port,
    enrollments: ports.enrollments.get(dps) as unknown as Port,
  };
  return { scene, ports, missing, all };
}

describe('ports for reading', () => {
  it('refuse every method that is not known to read, without a call', async () => {
    const { scene, all } = await readingScene();
    const refused: string[] = [];
    for (const [name, port] of Object.entries(all)) {
      for (const [method, call] of Object.entries(port)) {
        if (typeof call !== 'function' || READING[name as keyof typeof READING].includes(method)) continue;
        await expect(call('a', 'b', 'c')).rejects.toThrow('Nothing is written by what only looks');
        refused.push(method);
      }
    }
    expect(refused).toContain('sign');
    expect(refused).toHaveLength(8 + 4 + 1);
    expect(scene.calls).toEqual([]);
  });

  it('tell nobody of events', async () => {
    const { scene, ports } = await readingScene();
    ports.emit({ event: 'settings_invalid', faults: [] });
    expect(scene.events).toEqual([]);
  });

  it('remember a permission once for each vault, however often it is missed', async () => {
    const { scene, ports, missing } = await readingScene();
    scene.intercept = () => {
      throw new Refused('forbidden', 'no');
    };
    for (const vault of ports.vaults.values()) {
      await expect(vault.list()).rejects.toThrow('no');
      await expect(vault.versions('x')).rejects.toThrow('no');
    }
    expect(missing().map(({ target }) => target)).toEqual([vaultUrl('kv-root'), vaultUrl('kv-fleet')]);
  });

  it('take no other failure for a missing permission', async () => {
    const { scene, ports, missing } = await readingScene();
    scene.intercept = () => {
      throw new Refused('name-deleted', 'gone');
    };
    await expect(ports.vaults.get(vaultUrl('kv-root'))?.list()).rejects.toThrow('gone');
    expect(missing()).toEqual([]);
  });
});
