import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import type { VersionView } from '../../local/emulator/key-vault/vault.ts';
import { makeCertificate } from '../../local/emulator/pki.ts';
import { sendToVault } from './by-hand.ts';
import type { HeldVersion } from './dps-by-hand.ts';
import type { Scene } from './scene.ts';

type Tags = Readonly<Record<string, string>>;

const parsed = new WeakMap<Uint8Array, X509Certificate>();

/** The certificate of a version, parsed once however often somebody looks at it. */
export function certificateOf({ der }: Pick<VersionView, 'der'>): X509Certificate {
  const known = parsed.get(der) ?? new X509Certificate(der);
  parsed.set(der, known);
  return known;
}

/** All versions of a name, the oldest first; none where the name is deleted. */
export function versionsOf(scene: Scene, { vault, name }: { vault: string; name: string }): readonly VersionView[] {
  return scene.vault(vault).certificates().get(name) ?? [];
}

/** The enabled versions that are CA certificates, the oldest first. */
export function generationsByHand(scene: Scene, ca: { vault: string; name: string }): readonly HeldVersion[] {
  return versionsOf(scene, ca).flatMap((each) =>
    each.enabled && certificateOf(each).ca
      ? { vault: ca.vault, name: ca.name, version: each.version, der: each.der }
      : [],
  );
}

/** What a person does to one certificate name of a vault, past the app's ports. */
export function vaultByHand(scene: Scene, { vault, name }: { vault: string; name: string }) {
  const send = async (method: string, path: string, body?: unknown) =>
    ((await sendToVault(scene, vault, method, path, body)).body ?? {}) as Record<string, unknown>;
  const at = (version: string) => `/certificates/${name}/${version}`;
  const tagsOf = async (version: string): Promise<Tags> => ((await send('GET', at(version))).tags ?? {}) as Tags;
  return {
    tagsOf,
    /** Sets tags of the newest generation, where there is one; `undefined` takes a tag off. */
    retag: async (change: Readonly<Record<string, string | undefined>>) => {
      const newest = generationsByHand(scene, { vault, name }).at(-1);
      if (newest === undefined) return;
      const tags = { ...(await tagsOf(newest.version)), ...change };
      const kept = Object.entries(tags).filter(([, value]) => value !== undefined);
      await send('PATCH', at(newest.version), { tags: Object.fromEntries(kept) });
    },
    enable: async (version: string, enabled: boolean) => {
      await send('PATCH', at(version), { attributes: { enabled } });
    },
    /** Asks for a certificate as nobody else would: with another key, or another subject. Returns the request's id. */
    requestForeign: async (keyType: 'RSA' | 'EC'): Promise<string> => {
      const key = keyType === 'RSA' ? { kty: 'RSA', key_size: 2048 } : { kty: 'EC', crv: 'P-256' };
      const made = await send('POST', `/certificates/${name}/create`, {
        policy: {
          key_props: { ...key, exportable: false, reuse_key: false },
          x509_props: { subject: keyType === 'RSA' ? `CN=${name}, O=Contoso` : 'CN=somebody, O=else' },
          issuer: { name: 'Unknown' },
        },
      });
      return String(made.request_id);
    },
    /** The request in progress, if there is one. */
    pendingId: async (): Promise<string | undefined> => {
      const pending = await send('GET', `/certificates/${name}/pending`).catch(() => undefined);
      return pending?.status === 'inProgress' ? String(pending.request_id) : undefined;
    },
    policy: () => send('GET', `/certificates/${name}/policy`),
    replacePolicy: (policy: unknown) => send('PATCH', `/certificates/${name}/policy`, policy),
    deletePending: () => send('DELETE', `/certificates/${name}/pending`),
    softDelete: () => send('DELETE', `/certificates/${name}`),
    recover: () => send('POST', `/deletedcertificates/${name}/recover`),
    /**
     * Imports a version with a key of its own and the name's subject: a CA signed by the newest generation of `issuer`,
     * or what Key Vault's own renewal (AutoRenew) makes, self-signed and no CA.
     */
    bringIn: async (days: number, issuer?: HeldVersion): Promise<string> => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const now = scene.clock.now.getTime();
      const end = now + days * 86_400_000;
      const cap = issuer ? certificateOf(issuer).validToDate.getTime() : end;
      const certificate = await makeCertificate({
        subject: `CN=${name}, O=Contoso`,
        publicKey,
        signer: issuer
          ? { key: scene.vault(issuer.vault).privateKeyOf(issuer.name, issuer.version), certificate: issuer.der }
          : { key: privateKey },
        notBefore: new Date(now - 600_000),
        notAfter: new Date(Math.min(end, cap)),
        ca: issuer !== undefined,
      });
      const [newest] = generationsByHand(scene, { vault, name }).slice(-1);
      const tags = newest ? await tagsOf(newest.version) : {};
      return scene.vault(vault).plant({ name, privateKey, certificate, tags }).version;
    },
  };
}
