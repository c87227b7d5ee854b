import { createPublicKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import type { KeyPool } from '../key-pool.ts';
import { duringRequest } from '../observer/current-request.ts';
import type { GenerationObserver } from '../observer/generations.ts';
import { type Service, ServiceError, type ServiceRequest, type ServiceResponse } from '../service.ts';
import { assertMayIssue } from './assert-may-issue.ts';
import { keyOperations } from './policy.ts';
import { policyFromCertificate } from './policy-from-certificate.ts';
import { route } from './routes.ts';
import { errorResponse } from './vault-error.ts';
import {
  addVersion,
  findRecord,
  findVersion,
  newIdentifier,
  settlePending,
  toUnixSeconds,
  type VaultState,
} from './vault-state.ts';

export interface VaultOptions {
  readonly name: string;
  readonly keys: KeyPool;
  readonly now: () => Date;
  /** Resource that the 401 challenge names, and the audience of tokens; default that of public Azure. */
  readonly resource?: string | undefined;
  /** Address of the authority with its tenant, for the challenge; a function because ports are known late. */
  readonly authority: () => string;
  /** How long an operation of the issuer Self is in progress; 0 (default) = until the first read after the create. */
  readonly selfIssueDelayMs?: number | undefined;
  /** Who looks on at what becomes of its certificates. */
  readonly observer?: GenerationObserver | undefined;
}

/** A certificate with its key that is there from the beginning. */
export interface PlantedCertificate {
  readonly name: string;
  readonly privateKey: KeyObject;
  /** DER. Any certificate with this key's public key: a vault does not judge. */
  readonly certificate: Uint8Array;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly enabled?: boolean | undefined;
  /** The policy's issuer, default `Unknown`. */
  readonly issuerName?: string | undefined;
  readonly reuseKey?: boolean | undefined;
  /** Default false: what a CA's key should be. */
  readonly exportable?: boolean | undefined;
  /** Creation of this version; default now. */
  readonly createdOn?: Date | undefined;
}

export interface VersionView {
  readonly version: string;
  readonly der: Uint8Array;
  readonly enabled: boolean;
  readonly createdOn: Date;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Vault extends Service {
  /** Adds a version to a name, new or not, and replaces its policy by what the certificate says. */
  plant(planted: PlantedCertificate): { version: string };
  /** Every name that is not deleted, with its versions, the oldest first. */
  certificates(): ReadonlyMap<string, readonly VersionView[]>;
  /** For seeds and tests, which play other issuers with it; nothing that goes over the wire has it. */
  privateKeyOf(name: string, version?: string): KeyObject;
}

const CODES: Readonly<Record<number, string>> = {
  400: 'BadParameter',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  429: 'Throttled',
  503: 'ServiceUnavailable',
};

function withServiceHeaders(response: ServiceResponse, request?: ServiceRequest): ServiceResponse {
  const clientRequestId = request?.headers['x-ms-client-request-id'];
  return {
    ...response,
    headers: {
      'Cache-Control': 'no-cache',
      'Strict-Transport-Security': 'max-age=31536000;includeSubDomains',
      'x-ms-keyvault-region': 'local',
      'x-ms-keyvault-service-version': '1.9.0.0',
      'x-ms-request-id': randomUUID(),
      ...(typeof clientRequestId === 'string' ? { 'x-ms-client-request-id': clientRequestId } : {}),
      ...response.headers,
    },
  };
}

function plant(state: VaultState, planted: PlantedCertificate): { version: string } {
  const record = findRecord(state, planted.name);
  assertMayIssue(planted.name, record);
  const certificate = new X509Certificate(planted.certificate);
  if (!certificate.publicKey.equals(createPublicKey(planted.privateKey))) {
    throw new Error(`Cannot plant '${planted.name}': its certificate is for another key than the one given`);
  }
  const created = toUnixSeconds(planted.createdOn ?? state.now());
  const policy = policyFromCertificate(certificate, planted.privateKey, {
    issuerName: planted.issuerName ?? 'Unknown',
    exportable: planted.exportable ?? false,
    reuseKey: planted.reuseKey ?? false,
    times: { created: record?.policy.attributes.created ?? created, updated: created },
  });
  const target = record ?? { name: planted.name, policy, versions: [], pending: undefined, deletedOn: undefined };
  target.policy = policy;
  state.certificates.set(planted.name.toLowerCase(), target);
  return addVersion(
    target,
    {
      version: newIdentifier(),
      certificate: planted.certificate,
      privateKey: planted.privateKey,
      keyOperations: keyOperations(policy),
      enabled: planted.enabled ?? true,
      tags: planted.tags,
    },
    created,
  );
}

function privateKeyOf(state: VaultState, name: string, version: string): KeyObject {
  const record = findRecord(state, name);
  const found = record === undefined ? undefined : findVersion(record, version);
  if (found === undefined) throw new Error(`Cannot find the key '${name}/${version || 'latest'}' in the vault`);
  return found.privateKey;
}

/**
 * An emulated Key Vault with soft delete: certificates, and their keys for signing and verifying. Secrets are refused
 * altogether: nothing that this project does may need a private key outside the vault.
 */
export function createVault(options: VaultOptions): Vault {
  const resource = options.resource ?? 'https://vault.azure.net';
  const { keys, now, selfIssueDelayMs = 0, observer } = options;
  const state: VaultState = {
    certificates: new Map(),
    keys,
    now,
    selfIssueDelayMs,
    added: (record) => observer?.added(options.name, record),
    used: (certificate) => observer?.used(certificate),
  };
  observer?.watch(() => state.certificates.values());

  async function handle(request: ServiceRequest): Promise<ServiceResponse> {
    if (request.method.toUpperCase() === 'GET') {
      for (const record of state.certificates.values()) settlePending(record, now());
    }
    try {
      return withServiceHeaders(await duringRequest(request, () => route(state, request)), request);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw new ServiceError(error.message, withServiceHeaders(error.response, request));
    }
  }

  return {
    service: 'keyVault',
    instance: options.name,
    audiences: [resource],
    handle,
    unauthorized(request) {
      const message = /^(Bearer|PoP) /i.test(request.headers.authorization ?? '')
        ? // ASSUMED: the sentence, and that there is one for all of these.
          `The token is invalid, expired or for another audience; this vault's audience is '${resource}'.`
        : 'AKV10000: Request is missing a Bearer or PoP token.';
      const challenge = `Bearer authorization="${options.authority()}", resource="${resource}"`;
      const response = errorResponse(401, 'Unauthorized', message);
      return withServiceHeaders({ ...response, headers: { 'WWW-Authenticate': challenge } }, request);
    },
    failure: (status, message) =>
      withServiceHeaders(errorResponse(status, CODES[status] ?? 'InternalServerError', message)),
    plant: (planted) => plant(state, planted),
    certificates: () =>
      new Map(
        [...state.certificates.values()]
          .filter((record) => record.deletedOn === undefined)
          .map((record) => [
            record.name,
            record.versions.map(({ version, certificate: der, enabled, created, tags = {} }) => ({
              version,
              der,
              enabled,
              createdOn: new Date(created * 1000),
              tags,
            })),
          ]),
      ),
    privateKeyOf: (name, version = '') => privateKeyOf(state, name, version),
  };
}
