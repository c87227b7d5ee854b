import type { KeyObject } from 'node:crypto';
import type { Emulator } from '../../local/emulator/emulator.ts';

/** Where an emulated Azure keeps what is secret, whether it is a process's own or behind sockets. */
type Holders = Pick<Emulator, 'vaults' | 'provisioningServices'> & {
  readonly description: { readonly identity: { readonly header: string } };
};

/** All that is secret in an emulated Azure at this moment, in every form that a careless line could show. */
export function secretsInEmulator({ description, vaults, provisioningServices }: Holders): readonly string[] {
  const keys = [...vaults.values()].flatMap((vault) =>
    [...vault.certificates()].flatMap(([name, versions]) =>
      versions.flatMap(({ version }) => formsOf(vault.privateKeyOf(name, version))),
    ),
  );
  const shared = provisioningServices
    .list()
    .flatMap(({ policies }) => policies.flatMap(({ primaryKey, secondaryKey }) => [primaryKey, secondaryKey]));
  const enrolled = provisioningServices
    .list()
    .flatMap(({ enrollments: { group, individual } }) => [...group.values(), ...individual.values()])
    .flatMap(({ content: { text } }) => secretsOfRecord(JSON.parse(text)));
  return [description.identity.header, ...keys, ...shared, ...enrolled].filter((secret) => secret !== '');
}

/** The private exponent or scalar, from which all else follows, and a line of the PEM. */
function formsOf(key: KeyObject): readonly string[] {
  const { d = '' } = key.export({ format: 'jwk' });
  const octets = Buffer.from(d, 'base64url');
  const [, line = ''] = key.export({ type: 'pkcs8', format: 'pem' }).toString().split('\n').slice(1);
  return [d, octets.toString('base64'), octets.toString('hex'), octets.toString('hex').toUpperCase(), line];
}

interface SecretRecord {
  readonly attestation?: { readonly symmetricKey?: { readonly primaryKey?: string; readonly secondaryKey?: string } };
  readonly customAllocationDefinition?: { readonly webhookUrl?: string };
}

/** Symmetric keys, and the key in a webhook's URL. */
function secretsOfRecord({ attestation, customAllocationDefinition }: SecretRecord): readonly string[] {
  const { primaryKey = '', secondaryKey = '' } = attestation?.symmetricKey ?? {};
  const { webhookUrl = '' } = customAllocationDefinition ?? {};
  return [primaryKey, secondaryKey, URL.parse(webhookUrl)?.searchParams.get('code') ?? ''];
}
