import { asObject, parseLossless } from '../../local/emulator/lossless-json.ts';
import { type Service, ServiceError } from '../../local/emulator/service.ts';
import { parseRegistration, parseRegistrations } from '../../shared/azure/registration-states.ts';
import { Conflict, Refused } from '../../shared/errors.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Enrollment, EnrollmentKind, Enrollments, Registration } from '../../shared/ports.ts';

const PATHS = { group: 'enrollmentGroups', individual: 'enrollments' } as const;
const IDS = { group: 'enrollmentGroupId', individual: 'registrationId' } as const;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/**
 * The enrollments of a DPS straight on its emulated service API: no SDK, no socket, no token.
 * @param pageSize how many enrollments a page holds; default as many as the adapter of Azure asks for
 * @param host of the service API, for whoever looks on
 */
export function inProcessEnrollments(dataPlane: Service, { pageSize = 1_000, host = 'dps.example' } = {}): Enrollments {
  const texts = new WeakMap<Enrollment, string>();

  /** Throws `ServiceError` as the service does. Answers as text, so that nothing but what JSON can carry gets across. */
  async function call({ method, path, headers = {}, text }: Call) {
    const url = new URL(`https://${host}/${path}?api-version=2021-10-01`);
    const body: unknown = text === undefined ? undefined : JSON.parse(text);
    const answer = await dataPlane.handle({ method, url, headers, body, ...(text !== undefined && { text }) });
    return { headers: answer.headers ?? {}, text: JSON.stringify(answer.body) };
  }

  function toEnrollment(kind: EnrollmentKind, text: string): Enrollment {
    const record = JSON.parse(text) as JsonObject;
    const enrollment = { kind, id: String(record[IDS[kind]]), etag: String(record.etag), record };
    texts.set(enrollment, text);
    return enrollment;
  }

  /** The pages of a query, as text. */
  async function* pagesOf(path: string): AsyncGenerator<string> {
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const answer = await translating(() =>
        call({
          method: 'POST',
          path: `${path}/query`,
          headers: { 'x-ms-max-item-count': String(pageSize), ...(after && { 'x-ms-continuation': after }) },
          text: '{"query":"SELECT *"}',
        }),
      );
      after = answer.headers['x-ms-continuation'];
      yield answer.text;
    }
  }

  async function* pages(kind: EnrollmentKind): AsyncGenerator<readonly Enrollment[]> {
    for await (const text of pagesOf(PATHS[kind])) {
      yield (parseLossless(text) as unknown[]).map((item) => toEnrollment(kind, JSON.stringify(item)));
    }
  }

  async function* registrations({
    kind,
    id,
  }: Pick<Enrollment, 'kind' | 'id'>): AsyncGenerator<readonly Registration[]> {
    const path = `registrations/${encodeURIComponent(id)}`;
    if (kind === 'group') {
      for await (const text of pagesOf(path)) yield parseRegistrations(text);
      return;
    }
    const text = await translating(() =>
      call({ method: 'GET', path }).then(
        (answer) => answer.text,
        (error: unknown) => {
          if (statusOf(error) === 404) return undefined;
          throw error;
        },
      ),
    );
    if (text !== undefined) yield [parseRegistration(text)];
  }

  const read = (kind: EnrollmentKind, id: string) =>
    translating(async () => {
      try {
        return toEnrollment(kind, (await call({ method: 'GET', path: pathOf(kind, id) })).text);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    });

  /** The text of an enrollment as it was read; of one that was not read here, as it is now if it is still the same. */
  async function textOf(enrollment: Enrollment): Promise<string> {
    const known = texts.get(enrollment);
    if (known !== undefined) return known;
    const present = await read(enrollment.kind, enrollment.id);
    const text = present && texts.get(present);
    if (text === undefined || present?.etag !== enrollment.etag) throw new Conflict(`'${enrollment.id}' has changed`);
    return text;
  }

  return {
    enrollments: pages,
    enrollment: read,
    registrations,
    replaceEnrollment: async (enrollment, change) => {
      const { kind, id, etag } = enrollment;
      const exact = asObject(parseLossless(await textOf(enrollment))) ?? {};
      const { registrationState: _, ...record } = change(exact);
      const text = JSON.stringify(record);
      return translating(async () => {
        try {
          const answer = await call({ method: 'PUT', path: pathOf(kind, id), headers: { 'if-match': etag }, text });
          return toEnrollment(kind, answer.text);
        } catch (error) {
          if (statusOf(error) === 404) throw new Conflict(String(error), { cause: error });
          if (statusOf(error) === 400) throw new Refused('enrollment-rejected', String(error), { cause: error });
          throw error;
        }
      });
    },
  };
}

function pathOf(kind: EnrollmentKind, id: string): string {
  return `${PATHS[kind]}/${encodeURIComponent(id)}`;
}

function statusOf(error: unknown): number | undefined {
  return error instanceof ServiceError ? error.response.status : undefined;
}

/** The same reactions to the same statuses as the adapter of Azure. */
async function translating<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const status = statusOf(error);
    if (status === 409 || status === 412) throw new Conflict(String(error), { cause: error });
    if (status === 401 || status === 403) throw new Refused('forbidden', String(error), { cause: error });
    throw error;
  }
}
