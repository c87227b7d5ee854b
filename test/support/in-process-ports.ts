import { type Service, ServiceError, type ServiceResponse } from '../../local/emulator/service.ts';
import { Conflict, Refused } from '../../shared/errors.ts';
import type {
  Entry,
  KeyVault,
  NewRequest,
  PendingRequest,
  ProvisioningService,
  ResourceId,
  VaultCertificateContent,
} from '../../shared/ports.ts';

// The ports straight on the emulator's services: no SDK, no socket, no token. A second implementation, which the same
// contract tests hold to the same answers, and fast enough to live through years of scans.

type Json = Record<string, unknown>;

/** Calls a service as if over the wire. Throws `ServiceError` as the service does. */
async function call(service: Service, method: string, url: string, body?: unknown, ifMatch?: string): Promise<Json> {
  const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  return bodyOf(await service.handle({ method, url: new URL(url), headers, body }));
}

function bodyOf(response: ServiceResponse): Json {
  return (response.body ?? {}) as Json;
}

function statusOf(error: unknown): number | undefined {
  return error instanceof ServiceError ? error.response.status : undefined;
}

/** The same reactions to the same statuses as the adapters of Azure. */
async function translating<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const status = statusOf(error);
    if (status === 409 || status === 412) throw new Conflict(String(error), { cause: error });
    if (status === 403) throw new Refused('forbidden', String(error), { cause: error });
    throw error;
  }
}

async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
}

export function inProcessVault(vault: Service, url: string): KeyVault {
  const at = (path: string) => `${url}${path}${path.includes('?') ? '&' : '?'}api-version=2025-07-01`;
  const get = (path: string) => call(vault, 'GET', at(path));

  async function listed(path: string): Promise<Json[]> {
    const items: Json[] = [];
    for (let next: unknown = at(path); typeof next === 'string'; ) {
      const page = await call(vault, 'GET', next);
      items.push(...(page.value as Json[]));
      next = page.nextLink;
    }
    return items;
  }

  const pendingRequest = (name: string) =>
    translating(async (): Promise<PendingRequest | undefined> => {
      const operation = await orUndefined(get(`/certificates/${name}/pending`));
      if (operation?.status !== 'inProgress') return undefined;
      return {
        requestId: String(operation.request_id),
        issuerName: String((operation.issuer as Json).name),
        csr: operation.csr === undefined ? undefined : Buffer.from(String(operation.csr), 'base64'),
      };
    });

  const create = (name: string, request: NewRequest, issuer: string) =>
    translating(async () => {
      try {
        const body = { policy: policyBody(request, issuer), tags: request.tags };
        await call(vault, 'POST', at(`/certificates/${name}/create`), body);
      } catch (error) {
        if (/deleted but recoverable/.test(String(error))) throw new Refused('name-deleted', String(error));
        throw error;
      }
    });

  return {
    url,
    list: () =>
      translating(async () =>
        (await listed('/certificates')).map((item) => ({
          name: lastPart(item.id),
          thumbprint: thumbprint(item.x5t),
          tags: (item.tags ?? {}) as Record<string, string>,
        })),
      ),
    versions: (name) =>
      translating(async () => {
        const versions = (await listed(`/certificates/${name}/versions`)).map(({ id, x5t, attributes }) => ({
          version: lastPart(id),
          thumbprint: thumbprint(x5t),
          enabled: (attributes as Json).enabled === true,
          createdOn: new Date(Number((attributes as Json).created) * 1000),
        }));
        return versions.sort((a, b) => b.createdOn.getTime() - a.createdOn.getTime());
      }),
    current: (name) =>
      translating(async () => {
        const bundle = await orUndefined(get(`/certificates/${name}/`));
        if (bundle === undefined) return undefined;
        const key = (bundle.policy as Json).key_props as Json;
        return {
          content: bundle.cer === undefined ? undefined : content(bundle),
          keyPolicy: {
            keyType: String(key.kty),
            reuseKey: key.reuse_key === true,
            exportable: key.exportable === true,
          },
        };
      }),
    certificate: (name, version) =>
      translating(async () => {
        const bundle = await orUndefined(get(`/certificates/${name}/${version}`));
        return bundle && content(bundle);
      }),
    pendingRequest,
    createRequest: (name, request) => create(name, request, 'Unknown'),
    createSeed: (name, request) => create(name, request, 'Self'),
    restorePolicy: (name, request) =>
      translating(async () => {
        await call(vault, 'PATCH', at(`/certificates/${name}/policy`), policyBody(request, 'Unknown'));
      }),
    setTags: (name, version, tags) =>
      translating(async () => {
        await call(vault, 'PATCH', at(`/certificates/${name}/${version}`), { tags });
      }),
    disable: (name, version) =>
      translating(async () => {
        await call(vault, 'PATCH', at(`/certificates/${name}/${version}`), { attributes: { enabled: false } });
      }),
    deleteRequest: (name) =>
      translating(async () => {
        await orUndefined(call(vault, 'DELETE', at(`/certificates/${name}/pending`)));
      }),
    merge: (name, certificate, tags) =>
      translating(async () => {
        const x5c = [Buffer.from(certificate).toString('base64')];
        try {
          return content(await call(vault, 'POST', at(`/certificates/${name}/pending/merge`), { x5c, tags }));
        } catch (error) {
          if (statusOf(error) === 404 || statusOf(error) === 400) throw new Conflict(String(error), { cause: error });
          throw error;
        }
      }),
    sign: (keyId, alg, digest) =>
      translating(async () => {
        const isVersioned = /^[^/]+\/[^/]+$/.test(keyId.slice(`${url}/keys/`.length));
        if (!keyId.startsWith(`${url}/keys/`) || !isVersioned)
          throw new Error(`Cannot sign with '${keyId}': it is not a versioned key of ${url}`);
        const value = Buffer.from(digest).toString('base64url');
        const signed = await call(vault, 'POST', at(`${new URL(keyId).pathname}/sign`), { alg, value });
        return Buffer.from(String(signed.value), 'base64url');
      }),
  };
}

function policyBody({ subject, key, keyUsage, validityInMonths }: NewRequest, issuer: string): Json {
  return {
    key_props: { kty: key.keyType, key_size: key.size, crv: key.curve, reuse_key: key.reuseKey, exportable: false },
    x509_props: { subject, key_usage: keyUsage, validity_months: validityInMonths },
    lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: 'EmailContacts' } }],
    issuer: { name: issuer },
  };
}

function content(bundle: Json): VaultCertificateContent {
  return {
    version: lastPart(bundle.id),
    enabled: (bundle.attributes as Json).enabled === true,
    createdOn: new Date(Number((bundle.attributes as Json).created) * 1000),
    der: Buffer.from(String(bundle.cer), 'base64'),
    keyId: String(bundle.kid),
    tags: (bundle.tags ?? {}) as Record<string, string>,
  };
}

function lastPart(id: unknown): string {
  return String(id).split('/').at(-1) ?? '';
}

function thumbprint(x5t: unknown): string | undefined {
  return x5t === undefined ? undefined : Buffer.from(String(x5t), 'base64url').toString('hex').toUpperCase();
}

export function inProcessProvisioningService(resourceManager: Service, dps: ResourceId): ProvisioningService {
  const at = (path = '') => `https://management.azure.com${dps.id}${path}?api-version=2026-08-31`;
  const file = (der: Uint8Array) => Buffer.from(der).toString('base64');
  let resource: Json | undefined;
  const readResource = () =>
    translating(async () => {
      resource = (await call(resourceManager, 'GET', at())).properties as Json;
      return resource;
    });
  return {
    id: dps.id,
    name: dps.name,
    state: async () => String((await readResource()).state),
    entries: () =>
      translating(async () => {
        const { value } = await call(resourceManager, 'GET', at('/certificates'));
        return (value as Json[]).map(toEntry);
      }),
    upload: (name, certificate) =>
      translating(async () => {
        const body = { properties: { certificate: file(certificate) } };
        return toEntry(await call(resourceManager, 'PUT', at(`/certificates/${name}`), body));
      }),
    generateVerificationCode: ({ name, etag }) =>
      translating(async () => {
        const path = at(`/certificates/${name}/generateVerificationCode`);
        const made = await call(resourceManager, 'POST', path, undefined, etag).catch(conflictIfGone);
        return { code: String((made.properties as Json).verificationCode), etag: String(made.etag) };
      }),
    verify: (name, etag, proof) =>
      translating(async () => {
        const body = { certificate: file(proof) };
        try {
          return toEntry(await call(resourceManager, 'POST', at(`/certificates/${name}/verify`), body, etag));
        } catch (error) {
          if (statusOf(error) === 400) throw new Refused('possession-disproved', String(error), { cause: error });
          return conflictIfGone(error);
        }
      }),
    deleteEntry: ({ name, etag }) =>
      translating(async () => {
        await orUndefined(call(resourceManager, 'DELETE', at(`/certificates/${name}`), undefined, etag));
      }),
    serviceOperationsHostName: async () => String((await readResource()).serviceOperationsHostName),
    linkedHubs: async () =>
      ((resource ?? (await readResource())).iotHubs as Json[]).map((hub) => ({
        name: String(hub.name),
        allocationWeight: hub.allocationWeight as number | undefined,
        applyAllocationPolicy: hub.applyAllocationPolicy as boolean | undefined,
      })),
  };
}

/** What was to be proved is not there any more. */
function conflictIfGone(error: unknown): never {
  if (statusOf(error) === 404) throw new Conflict(String(error), { cause: error });
  throw error;
}

function toEntry({ name, etag, properties }: Json): Entry {
  const { thumbprint: print, isVerified, expiry, updated } = properties as Json;
  return {
    name: String(name),
    etag: String(etag),
    thumbprint: String(print),
    isVerified: isVerified === true,
    notAfter: new Date(String(expiry)),
    updated: new Date(String(updated)),
  };
}
