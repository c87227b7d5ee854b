import type { TokenCredential } from '@azure/identity';
import { Conflict, messageOf, Refused } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Enrollment, EnrollmentKind, Enrollments, Registration } from '../ports.ts';
import { createDataPlaneClient, type DataPlaneClient } from './data-plane-client.ts';
import { DataPlaneError } from './data-plane-error.ts';
import { type EnrollmentRecords, enrollmentRecords, KINDS } from './enrollment-records.ts';
import { parseRegistration, parseRegistrations } from './registration-states.ts';
import { translated } from './rest-error.ts';
import { type SharedReads, sharedReads } from './shared-reads.ts';

/** Few enough to hold, many enough for a million enrollments to cost no more than a thousand calls. */
const PAGE_SIZE = 1_000;

/** One DPS: how to ask it, and what it has said. */
interface Dps {
  readonly host: string;
  readonly client: DataPlaneClient;
  readonly records: EnrollmentRecords;
  readonly share: SharedReads;
}

/**
 * The enrollments of a DPS, through its service API. Throws an Error for a host that is not a DPS's.
 * @param host the resource's `serviceOperationsHostName`
 */
export function createEnrollments(host: string, credential: TokenCredential): Enrollments {
  const client = createDataPlaneClient(host, credential);
  const dps = { host, client, records: enrollmentRecords(), share: sharedReads() };
  return {
    enrollments: (kind) => {
      const { path, called } = KINDS[kind];
      const list = (text: string) => dps.records.listFromText(kind, text);
      return pages(dps, { path: [path, 'query'], called: `${called}s`, list });
    },
    enrollment: (kind, id) => read(dps, kind, id),
    registrations: (enrollment) => registrations(dps, enrollment),
    replaceEnrollment: (enrollment, change) => replace(dps, enrollment, change),
  };
}

/**
 * The same for a host that is only known once it is asked for.
 * @param hostOf asked again until it has been answered once
 */
export function enrollmentsOf(hostOf: () => Promise<string>, credential: TokenCredential): Enrollments {
  let made: Enrollments | undefined;
  async function reached(): Promise<Enrollments> {
    made ??= createEnrollments(await hostOf(), credential);
    return made;
  }
  return {
    enrollments: async function* (kind) {
      yield* (await reached()).enrollments(kind);
    },
    enrollment: async (kind, id) => (await reached()).enrollment(kind, id),
    registrations: async function* (enrollment) {
      yield* (await reached()).registrations(enrollment);
    },
    replaceEnrollment: async (enrollment, change) => (await reached()).replaceEnrollment(enrollment, change),
  };
}

/** A list that the service API gives in pages. */
interface Query<T> {
  readonly path: readonly string[];
  /** What it lists, for messages. */
  readonly called: string;
  /** Reads a page. Throws an Error for what is none. */
  readonly list: (text: string) => readonly T[];
}

async function* pages<T>(dps: Dps, query: Query<T>): AsyncGenerator<readonly T[]> {
  const met = new Set<string>();
  let continuation: string | undefined;
  do {
    const what = `${query.path.join('/')} ${continuation ?? ''}`;
    const { items, next } = await dps.share(what, () => page(dps, query, continuation));
    if (next !== undefined && met.has(next)) {
      throw new Error(`Cannot list the ${query.called} of ${dps.host}: its pages repeat and never end`);
    }
    if (next !== undefined) met.add(next);
    continuation = next;
    yield items;
  } while (continuation !== undefined);
}

/** A function of its own so that nothing else of the answer is held while the caller works on the page. */
async function page<T>({ host, client }: Dps, { path, called, list }: Query<T>, continuation: string | undefined) {
  return calling(`list the ${called} of ${host}`, async () => {
    const { text, continuation: next } = await client({
      method: 'post',
      path,
      headers: {
        'x-ms-max-item-count': String(PAGE_SIZE),
        ...(continuation !== undefined && { 'x-ms-continuation': continuation }),
      },
      body: '{"query":"SELECT *"}',
    });
    return { items: list(text), next };
  });
}

async function* registrations(
  dps: Dps,
  { kind, id }: Pick<Enrollment, 'kind' | 'id'>,
): AsyncGenerator<readonly Registration[]> {
  if (kind === 'group') {
    const called = `registrations of the enrollment group '${id}'`;
    yield* pages(dps, { path: ['registrations', id, 'query'], called, list: parseRegistrations });
    return;
  }
  const registration = await calling(`read the registration '${id}' of ${dps.host}`, async () => {
    const text = await textIfThere(dps, ['registrations', id]);
    return text === undefined ? undefined : parseRegistration(text);
  });
  if (registration !== undefined) yield [registration];
}

async function read(dps: Dps, kind: EnrollmentKind, id: string): Promise<Enrollment | undefined> {
  const { path, called } = KINDS[kind];
  return calling(`read ${called} '${id}' of ${dps.host}`, async () => {
    const text = await textIfThere(dps, [path, id]);
    return text === undefined ? undefined : dps.records.fromText(kind, text);
  });
}

async function textIfThere({ client }: Dps, path: readonly string[]): Promise<string | undefined> {
  try {
    return (await client({ method: 'get', path })).text;
  } catch (error) {
    if (statusOfAnswer(error) === 404) return undefined;
    throw error;
  }
}

async function replace(
  dps: Dps,
  enrollment: Enrollment,
  change: (record: JsonObject) => JsonObject,
): Promise<Enrollment> {
  const { kind, id, etag } = enrollment;
  const { path, called } = KINDS[kind];
  const doing = `replace ${called} '${id}' of ${dps.host}`;
  const exact = dps.records.exactRecord(enrollment) ?? (await readAgain(dps, enrollment, doing));
  // The state of the device's registration is the service's to tell, not ours to write.
  const { registrationState: _, ...record } = change(exact);
  return calling(doing, async () => {
    try {
      const { text } = await dps.client({
        method: 'put',
        path: [path, id],
        headers: { 'if-match': quoted(etag) },
        body: JSON.stringify(record),
      });
      return dps.records.fromText(kind, text);
    } catch (error) {
      const text = `Cannot ${doing}: ${statusOfAnswer(error)} ${messageOf(error)}`;
      // 404: deleted meanwhile.
      if (statusOfAnswer(error) === 404) throw new Conflict(text, { cause: error });
      if (statusOfAnswer(error) === 400) throw new Refused('enrollment-rejected', text, { cause: error });
      throw error;
    }
  });
}

/** The record of an enrollment that was not read through this adapter, if it is still the same. */
async function readAgain(dps: Dps, { kind, id, etag }: Enrollment, doing: string): Promise<JsonObject> {
  const present = await read(dps, kind, id);
  const exact = present && dps.records.exactRecord(present);
  if (!exact) throw new Conflict(`Cannot ${doing}: it is gone`);
  if (quoted(present.etag) !== quoted(etag)) throw new Conflict(`Cannot ${doing}: it was changed meanwhile`);
  return exact;
}

async function calling<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (statusOfAnswer(error) !== 401) throw translated(error, doing);
    // Twice, the second time to a token that was asked for anew: so does a DPS answer whoever lacks the role.
    throw new Refused('forbidden', `Cannot ${doing}: 401 ${messageOf(error)}`, { cause: error });
  }
}

/** Only of the DPS's own answer: an identity that cannot be had fails with statuses, too. */
function statusOfAnswer(error: unknown): number | undefined {
  return error instanceof DataPlaneError ? error.statusCode : undefined;
}

/** An entity-tag as If-Match takes it (RFC 9110 section 8.8.3). DPS has the quotes in the value; others drop them. */
function quoted(etag: string): string {
  return /^(?:W\/)?".*"$/.test(etag) ? etag : `"${etag}"`;
}
