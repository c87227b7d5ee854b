import {
  type CertificateResponse,
  IotDpsClient,
  type IotDpsPropertiesDescription,
  type VerificationCodeResponse,
} from '@azure/arm-deviceprovisioningservices';
import type { TokenCredential } from '@azure/identity';
import { Conflict, messageOf, Refused } from '../errors.ts';
import type { Entry, LinkedHub, ProvisioningService, ResourceId, VerificationCode } from '../ports.ts';
import { toPem } from '../x509/pem.ts';
import { askAgainOn401 } from './ask-again-on-401.ts';
import { heedThrottling } from './heed-throttling.ts';
import { noPages } from './no-pages.ts';
import { ownHostOnly } from './own-host-only.ts';
import { statusOf, translated } from './rest-error.ts';
import { sharedReads } from './shared-reads.ts';
import { spareLimits } from './spare-limits.ts';
import { timeLimit } from './time-limit.ts';

/** A client for all DPS of one subscription. `resourceManagerUrl` is an origin; tokens are asked for its audience. */
export function createIotDpsClient(
  credential: TokenCredential,
  subscriptionId: string,
  resourceManagerUrl: string,
): IotDpsClient {
  const scope = `${resourceManagerUrl}/.default`;
  return new IotDpsClient(credential, subscriptionId, {
    endpoint: resourceManagerUrl,
    // Without these the client asks for a token of public Azure, wherever the endpoint is.
    credentials: { scopes: [scope] },
    additionalPolicies: [
      askAgainOn401(credential, scope),
      ownHostOnly(resourceManagerUrl),
      noPages(),
      spareLimits(Math.random),
      heedThrottling(Math.random),
      timeLimit(),
    ],
  });
}

/**
 * A DPS's CA certificates, which live in the resource manager. Six methods of the SDK take four strings each, in two
 * different orders; only this file calls them.
 */
export function createProvisioningService(client: IotDpsClient, dps: ResourceId): ProvisioningService {
  const { id, name: service, resourceGroup } = dps;
  const { dpsCertificate, iotDpsResource } = client;

  async function calling<T>(doing: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw translated(error, `${doing} of ${service}`);
    }
  }

  /** As it was last read. */
  let resource: IotDpsPropertiesDescription | undefined;
  const share = sharedReads();
  const reading = <T>(doing: string, call: () => Promise<T>) => share(doing, () => calling(doing, call));
  let underWay: Promise<IotDpsPropertiesDescription> | undefined;
  const readResource = () => {
    const read = reading('read the state', async () => {
      const { properties } = await iotDpsResource.get(resourceGroup, service);
      resource = properties;
      return properties;
    });
    underWay = read;
    const end = () => {
      if (underWay === read) underWay = undefined;
    };
    read.then(end, end);
    return read;
  };

  return {
    id,
    name: service,
    state: async () => (await readResource()).state ?? '',
    entries: () =>
      reading('list the certificates', async () => {
        const { value } = await dpsCertificate.list(resourceGroup, service);
        // No list is not an empty list: retiring and uploading would be decided on it.
        if (value === undefined) throw new Error('the answer holds no list');
        return value.map(toEntry);
      }),
    upload: (name, certificate) =>
      calling(`upload certificate '${name}'`, async () => {
        // isVerified is never sent: it would skip the proof that the vault's key belongs to this certificate.
        const body = { properties: { certificate: fileOf(certificate) } };
        return toEntry(await dpsCertificate.createOrUpdate(resourceGroup, service, name, body));
      }),
    generateVerificationCode: ({ name, etag }) =>
      calling(`generate a verification code for certificate '${name}'`, async () => {
        try {
          return toVerificationCode(await dpsCertificate.generateVerificationCode(name, etag, resourceGroup, service));
        } catch (error) {
          throw isGone(error) ? goneEntry(name, service, error) : error;
        }
      }),
    verify: (name, etag, proof) =>
      calling(`verify certificate '${name}'`, async () => {
        const request = { certificate: fileOf(proof).toString('base64') };
        try {
          return toEntry(await dpsCertificate.verifyCertificate(name, etag, resourceGroup, service, request));
        } catch (error) {
          if (isGone(error)) throw goneEntry(name, service, error);
          if (statusOf(error) !== 400) throw error;
          const text = `Cannot verify certificate '${name}' of ${service}: its proof of possession was rejected`;
          throw new Refused('possession-disproved', `${text}: ${messageOf(error)}`, { cause: error });
        }
      }),
    deleteEntry: ({ name, etag }) =>
      calling(`delete certificate '${name}'`, async () => {
        try {
          await dpsCertificate.delete(resourceGroup, service, name, etag);
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      }),
    serviceOperationsHostName: async () => {
      // It never changes: what was read before will do, and what somebody else reads just now.
      const known =
        resource?.serviceOperationsHostName ?? (await (underWay ?? readResource())).serviceOperationsHostName;
      if (known === undefined) throw new Error(`Cannot reach the enrollments of ${service}: it has no service API yet`);
      return known;
    },
    linkedHubs: async () => toLinkedHubs(resource ?? (await readResource())),
  };
}

/** A hub without a name could not be told from another; the service has never sent one. */
function toLinkedHubs({ iotHubs }: IotDpsPropertiesDescription): readonly LinkedHub[] {
  return (iotHubs ?? []).flatMap(({ name, allocationWeight, applyAllocationPolicy }) =>
    name ? { name, allocationWeight, applyAllocationPolicy } : [],
  );
}

/** Somebody has deleted the entry; or the whole DPS, which the next look at it will tell. */
function isGone(error: unknown): boolean {
  return statusOf(error) === 404;
}

function goneEntry(name: string, service: string, cause: unknown): Conflict {
  return new Conflict(`Cannot prove possession for '${name}' of ${service}: it is gone: ${messageOf(cause)}`, {
    cause,
  });
}

/** A PEM file: what portal, CLI and every recorded upload send. Other encodings have been answered with 500 for ever. */
function fileOf(der: Uint8Array): Buffer {
  return Buffer.from(toPem(der), 'latin1');
}

function toEntry({ name, etag, properties }: CertificateResponse): Entry {
  if (!name || !etag || !properties?.thumbprint) {
    throw new Error(`the certificate '${name}' came back without name, etag or thumbprint`);
  }
  return {
    name,
    etag,
    thumbprint: properties.thumbprint.toUpperCase(),
    isVerified: properties.isVerified === true,
    notAfter: properties.expiry,
    updated: properties.updated,
  };
}

function toVerificationCode({ name, etag, properties }: VerificationCodeResponse): VerificationCode {
  const code = properties?.verificationCode;
  if (!code || !etag) throw new Error(`the certificate '${name}' came back without verification code or etag`);
  return { code, etag };
}
