import { odata, TableClient, type TableEntityResult } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { Conflict } from '../errors.ts';
import type { Attestation, Attestations, EnrollmentKind, KeptAttestation } from '../ports.ts';
import type { StorageAccount } from '../settings.ts';
import { statusOf, translated } from './rest-error.ts';

const TABLE = 'attestations';
/** A device registers seldom twice within one call of the table; more often means something is wrong. */
const MOST_CONFLICTS = 5;

/** A row but for its keys. Lists are joined by commas; thumbprints have none. */
interface Row {
  readonly kind: string;
  readonly enrollment: string;
  readonly registrationId: string;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly certificate?: Uint8Array;
  readonly issuerName?: string;
  readonly issuerThumbprints: string;
  readonly thumbprints: string;
}

/** Attestations as rows of the table `attestations` of the app's own storage account, a partition for each enrollment. */
export function createAttestations(
  account: StorageAccount,
  credentialOf: (clientId: string | undefined) => TokenCredential,
): Attestations {
  // Connected at the first call: a connection string that cannot be read fails that call, and nothing before it.
  let connected: TableClient | undefined;
  const table = () => {
    connected ??= connect(account, credentialOf);
    return connected;
  };
  return {
    record: async (attestation) => {
      for (let conflicts = 0; ; conflicts += 1) {
        try {
          await put(table(), attestation);
          return;
        } catch (error) {
          const { kind, enrollment, registrationId } = attestation;
          const doing = `keep the attestation of '${registrationId}' in the ${kind} enrollment '${enrollment}'`;
          const reason = translated(error, doing);
          if (!(reason instanceof Conflict) || conflicts === MOST_CONFLICTS) throw reason;
        }
      }
    },
    ofEnrollment: async function* (kind, id) {
      try {
        const filter = odata`PartitionKey eq ${partitionOf(kind, id)}`;
        for await (const page of table().listEntities<Partial<Row>>({ queryOptions: { filter } }).byPage()) {
          yield page.flatMap((row) => toAttestation(row) ?? []);
        }
      } catch (error) {
        // There is no table before the first device has registered.
        if (statusOf(error) === 404) return;
        throw translated(error, `list the attestations of the ${kind} enrollment '${id}'`);
      }
    },
  };
}

function connect(
  account: StorageAccount,
  credentialOf: (clientId: string | undefined) => TokenCredential,
): TableClient {
  if ('connectionString' in account) {
    const { connectionString } = account;
    // The client refuses http everywhere; storage that is emulated on the same machine has nothing else.
    const allowInsecureConnection = /(?:^|;)\s*TableEndpoint=http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]/i.test(
      connectionString,
    );
    return TableClient.fromConnectionString(connectionString, TABLE, { allowInsecureConnection });
  }
  return new TableClient(account.tableServiceUrl, TABLE, credentialOf(account.clientId));
}

/** Writes a row that is missing, or older. Throws what the table answers, 409 or 412 where somebody else was faster. */
async function put(table: TableClient, attestation: Attestation): Promise<void> {
  const partitionKey = partitionOf(attestation.kind, attestation.enrollment);
  const rowKey = keyOf(attestation.registrationId);
  const row = await read(table, partitionKey, rowKey);
  if (row === undefined) {
    const entity = { partitionKey, rowKey, ...toRow(attestation, attestation.at) };
    await creatingTable(table, () => table.createEntity(entity));
    return;
  }
  const kept = toAttestation(row);
  const firstSeen = kept && kept.firstSeen < attestation.at ? kept.firstSeen : attestation.at;
  const latest = kept && kept.at >= attestation.at ? kept : attestation;
  if (latest === kept && firstSeen.getTime() === kept.firstSeen.getTime()) return;
  const entity = { partitionKey, rowKey, ...toRow(latest, firstSeen) };
  await table.updateEntity(entity, 'Replace', { etag: row.etag });
}

async function read(
  table: TableClient,
  partitionKey: string,
  rowKey: string,
): Promise<TableEntityResult<Partial<Row>> | undefined> {
  try {
    return await table.getEntity<Partial<Row>>(partitionKey, rowKey);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The table is made with the app's storage; in an account of one's own it may not be there yet. */
async function creatingTable(table: TableClient, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await table.createTable();
    await write();
  }
}

function partitionOf(kind: EnrollmentKind, id: string): string {
  return `${kind}-${keyOf(id)}`;
}

/**
 * An id as a key: in lower case, since DPS tells ids apart without regard to it, and without the characters that keys
 * of a table cannot have (`/`, `\`, `#`, `?`, control characters) or that clients stumble over (`%`).
 */
function keyOf(id: string): string {
  return encodeURIComponent(id.toLowerCase().toWellFormed()).replaceAll('%', '=');
}

function toRow(attestation: Attestation, firstSeen: Date): Row {
  const { at, certificate, issuerName, issuerThumbprints, thumbprints, kind, enrollment, registrationId } = attestation;
  return {
    kind,
    enrollment,
    registrationId,
    firstSeen,
    lastSeen: at,
    ...(certificate && { certificate }),
    ...(issuerName !== undefined && { issuerName }),
    issuerThumbprints: issuerThumbprints.join(','),
    thumbprints: thumbprints.join(','),
  };
}

/** `undefined` for a row that somebody else wrote: a device without evidence is one of which nothing is known. */
function toAttestation(row: Partial<Row>): KeptAttestation | undefined {
  const { kind, enrollment, registrationId, firstSeen, lastSeen, certificate, issuerName } = row;
  if (kind !== 'group' && kind !== 'individual') return undefined;
  if (typeof enrollment !== 'string' || typeof registrationId !== 'string') return undefined;
  if (!(firstSeen instanceof Date) || !(lastSeen instanceof Date)) return undefined;
  return {
    kind,
    enrollment,
    registrationId,
    firstSeen,
    at: lastSeen,
    certificate: certificate instanceof Uint8Array ? new Uint8Array(certificate) : undefined,
    issuerName: typeof issuerName === 'string' ? issuerName : undefined,
    issuerThumbprints: listed(row.issuerThumbprints),
    thumbprints: listed(row.thumbprints),
  };
}

function listed(value: unknown): readonly string[] {
  return typeof value === 'string' && value !== '' ? value.split(',') : [];
}
