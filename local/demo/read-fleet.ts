import { X509Certificate } from 'node:crypto';
import * as z from 'zod';
import type { EmulatorDescription } from '../emulator/describe.ts';
import type { EmulatorApi } from './emulator-api.ts';
import type { Ca, Entry, Fleet, Generation } from './fleet.ts';
import { readEnrollments } from './read-enrollments.ts';
import { ARM, VAULT } from './service-apis.ts';

const nameItem = z.object({ id: z.string() });
const versionItem = z.object({ id: z.string(), attributes: z.object({ enabled: z.boolean(), created: z.number() }) });
const version = z.object({ cer: z.base64() });
const entryItem = z.object({
  name: z.string(),
  etag: z.string(),
  properties: z.object({ thumbprint: z.string(), isVerified: z.boolean(), expiry: z.string() }),
});

/** Reads vaults and provisioning services through their APIs: names, versions, certificates, entries, enrollments. */
export async function readFleet(api: EmulatorApi, description: EmulatorDescription): Promise<Fleet> {
  const [cas, services] = await Promise.all([
    Promise.all(description.keyVaults.map(({ name, url }) => readVault(api, name, url))),
    Promise.all(
      description.provisioningServices.map(async ({ name, resourceId, serviceOperationsHostName: host }) => {
        const entries = await readEntries(api, name, `${description.resourceManager}${resourceId}`);
        return { entries, enrollments: await readEnrollments(api, name, host, entries) };
      }),
    ),
  ]);
  return {
    cas: cas.flat(),
    entries: services.flatMap(({ entries }) => entries),
    enrollments: services.flatMap(({ enrollments }) => enrollments),
  };
}

async function readVault(api: EmulatorApi, vault: string, url: string): Promise<Ca[]> {
  const items = await api.list(`${url}/certificates?${VAULT.version}`, VAULT.audience);
  const cas = items.map(async (item) => {
    const { id } = nameItem.parse(item);
    return { name: lastSegment(id), vault, generations: await readGenerations(api, id) };
  });
  return Promise.all(cas);
}

async function readGenerations(api: EmulatorApi, id: string): Promise<Generation[]> {
  const items = await api.list(`${id}/versions?${VAULT.version}`, VAULT.audience);
  const enabled = items
    .map((item) => versionItem.parse(item))
    .filter(({ attributes }) => attributes.enabled)
    .sort((a, b) => a.attributes.created - b.attributes.created);
  const read = enabled.map(async (item) => {
    const { cer } = version.parse(await api.get(`${item.id}?${VAULT.version}`, VAULT.audience));
    return { version: lastSegment(item.id), certificate: new X509Certificate(Buffer.from(cer, 'base64')) };
  });
  return (await Promise.all(read))
    .filter(({ certificate }) => certificate.ca)
    .map(({ version, certificate }) => ({
      version,
      thumbprint: certificate.fingerprint.replaceAll(':', ''),
      der: certificate.raw,
      notAfter: certificate.validToDate,
    }));
}

async function readEntries(api: EmulatorApi, dps: string, url: string): Promise<Entry[]> {
  const items = await api.list(`${url}/certificates?${ARM.version}`, ARM.audience);
  return items.map((item) => {
    const { name, etag, properties } = entryItem.parse(item);
    const { thumbprint, isVerified, expiry } = properties;
    return { dps, name, etag, thumbprint, isVerified, notAfter: new Date(expiry) };
  });
}

function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
