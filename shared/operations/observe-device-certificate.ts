import type { CaId, Observed } from '../lifecycle/observed.ts';
import { embeddingLanes } from './lanes.ts';
import { readWishes, type Wishes } from './read-wishes.ts';
import type { World } from './world.ts';

/**
 * What is known of a name that holds no CA but the certificate of a single device, which individual enrollments embed
 * as `clientCertificates`: its versions take the place of generations, and there is nothing to ask its vault for.
 * `undefined` where no enrollment embeds any of them. Throws `Refused('bad-tag')`, and an ordinary error where no DPS
 * could be read.
 */
export async function observeDeviceCertificate(world: World, ca: CaId, wishes: Wishes): Promise<Observed | undefined> {
  const { others, versions, keyPolicy, keys } = await world.lineage(ca);
  const [newest, ...older] = others;
  if (newest === undefined || keyPolicy === undefined) return undefined;
  const services = await embeddingLanes(world, new Set(versions.map(({ thumbprint }) => thumbprint)));
  if (services.length === 0) return undefined;
  const details = services.flatMap((service) => (service.kind === 'unreadable' ? service.detail : []));
  if (details.length === services.length) {
    throw new Error(`Cannot tell which enrollment embeds '${ca.name}': ${details.join('; ')}`);
  }
  return {
    ca,
    ...readWishes(newest, wishes),
    vault: {
      generations: [newest, ...older],
      versions,
      keyPolicy,
      keys,
      chainedSubordinates: [],
      followers: [],
      seeds: [],
      rolledBack: false,
      pending: undefined,
      issuer: { kind: 'missing' },
      isIssuerDue: false,
    },
    services,
  };
}
