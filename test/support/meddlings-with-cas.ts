import { type Meddling, type Operator, oneOf, upToDays } from './operator-meddling.ts';
import type { Scene } from './scene.ts';
import { certificateOf, generationsByHand, vaultByHand } from './vault-by-hand.ts';
import { FLEET_DPS, type FleetCa, fleetCa } from './years-fleet.ts';

const DAY_MS = 86_400_000;
/** What keeps a CA from being renewed, or from being trusted, is over long before its window is. */
const MOST_DAYS = 6;
/** Who rolls back to a version that is about to expire strands his devices himself. */
const LEAST_LEFT_DAYS = 2 * MOST_DAYS;

/** Tags that say something else than the settings. */
const RETAGS: readonly Readonly<Record<string, string>>[] = [
  { retire: 'overlap' },
  { retire: 'expired' },
  { retire: 'never' },
  { overlap: 'P5D' },
  { overlap: 'P35D' },
  { 'renew-before': '10%' },
  { 'renew-before': 'P15D' },
  { 'renew-before': '35%' },
  { 'same-key': 'interchangeable' },
  { 'renew-key': 'same' },
];

/** Sets tags for a while. */
async function tagged(operator: Operator, ca: FleetCa, tags: Readonly<Record<string, string>>, days: number) {
  const vault = vaultByHand(operator.scene, ca);
  await vault.retag(tags);
  const off = Object.fromEntries(Object.keys(tags).map((name) => [name, undefined]));
  return { days, undo: () => vault.retag(off) };
}

const daysLeft = (scene: Scene, version: { readonly der: Uint8Array }) =>
  (certificateOf(version).validToDate.getTime() - scene.clock.now.getTime()) / DAY_MS;

export const MEDDLINGS_WITH_CAS: readonly Meddling<FleetCa>[] = [
  {
    name: 'pause',
    isNoticed: true,
    begin: (operator, ca) => tagged(operator, ca, { paused: 'true' }, upToDays(operator.random, MOST_DAYS)),
  },
  {
    name: 'bad tag',
    isNoticed: true,
    begin: (operator, ca) => tagged(operator, ca, { overlap: 'a month' }, upToDays(operator.random, MOST_DAYS)),
  },
  {
    name: 'retag',
    isNoticed: true,
    begin: async (operator, ca) => {
      const tags = oneOf(operator.random, RETAGS) ?? {};
      const begun = await tagged(operator, ca, tags, upToDays(operator.random, 30));
      if (tags['renew-before'] !== '35%') return begun;
      operator.opensEarlier(ca, 0.35);
      return { ...begun, undo: () => begun.undo().then(() => operator.opensEarlier(ca, undefined)) };
    },
  },
  {
    name: 'tag dps',
    isNoticed: true,
    begin: (operator, ca) => {
      const dps = oneOf(operator.random, [...FLEET_DPS, '*']) ?? '*';
      return tagged(operator, ca, { dps }, upToDays(operator.random, 40));
    },
  },
  {
    name: 'disable the newest version',
    isNoticed: true,
    begin: async ({ scene, random }, ca) => {
      const [older, newest] = generationsByHand(scene, ca).slice(-2);
      if (older === undefined || newest === undefined) return undefined;
      const left = daysLeft(scene, older);
      if (left > 0 && left < LEAST_LEFT_DAYS) return undefined;
      const vault = vaultByHand(scene, ca);
      await vault.enable(newest.version, false);
      return { days: upToDays(random, MOST_DAYS), undo: () => vault.enable(newest.version, true) };
    },
  },
  {
    name: 'disable an older version',
    isNoticed: true,
    begin: async ({ scene, random }, ca) => {
      const older = oneOf(random, generationsByHand(scene, ca).slice(0, -1));
      if (older === undefined) return undefined;
      const vault = vaultByHand(scene, ca);
      await vault.enable(older.version, false);
      // Old versions stay disabled, as tidy people leave them.
      return random() < 0.5
        ? { days: 1 }
        : { days: upToDays(random, MOST_DAYS), undo: () => vault.enable(older.version, true) };
    },
  },
  {
    name: 'foreign request',
    isNoticed: true,
    begin: async ({ scene, random, complain }, ca) => {
      const vault = vaultByHand(scene, ca);
      const policy = await vault.policy();
      const requestId = await vault.requestForeign(oneOf(random, ['RSA', 'EC'] as const) ?? 'EC');
      return {
        days: upToDays(random, MOST_DAYS),
        undo: async () => {
          if ((await vault.pendingId()) !== requestId) complain(`${ca.name}: a foreign request was touched`);
          await vault.deletePending();
          await vault.replacePolicy(policy);
        },
      };
    },
  },
  {
    name: 'delete the name',
    isNoticed: true,
    begin: async ({ scene, random }, ca) => {
      const vault = vaultByHand(scene, ca);
      await vault.softDelete();
      return { days: upToDays(random, MOST_DAYS), undo: vault.recover };
    },
  },
  {
    name: 'renew by hand',
    isNoticed: true,
    begin: async ({ scene, made }, ca) => {
      const issuer = ca.issuer === undefined ? undefined : generationsByHand(scene, fleetCa(ca.issuer)).at(-1);
      if (issuer === undefined || daysLeft(scene, issuer) < ca.lifetimeDays / 2) return undefined;
      made(ca, await vaultByHand(scene, ca).bringIn(ca.lifetimeDays, issuer));
      return { days: 1 };
    },
  },
  {
    name: 'ask for a renewal',
    isNoticed: true,
    begin: async ({ scene, ask }, ca) => {
      const newest = generationsByHand(scene, ca).at(-1);
      if (newest !== undefined) ask(ca, certificateOf(newest).fingerprint.replaceAll(':', ''));
      return newest && { days: 1 };
    },
  },
  {
    name: 'renewal by Key Vault itself',
    isNoticed: true,
    begin: async ({ scene, random, made }, ca) => {
      // In a root's vault it would pass for the seed of a renewal; docs/architecture.md says whom to trust with that.
      if (ca.issuer === undefined) return undefined;
      const vault = vaultByHand(scene, ca);
      const version = await vault.bringIn(ca.lifetimeDays);
      made(ca, version);
      return { days: upToDays(random, 40), undo: () => vault.enable(version, false) };
    },
  },
];
