import { createPublicKey, type KeyObject } from 'node:crypto';
import { type CertificateOptions, makeCertificate } from '../../local/emulator/pki.ts';
import { newKey } from './key-vault-builders.ts';
import type { Scene } from './scene.ts';

const DAY_MS = 86_400_000;

export interface PlantedCa extends Omit<Partial<CertificateOptions>, 'publicKey' | 'notBefore' | 'notAfter'> {
  readonly vault: string;
  readonly name: string;
  readonly subject: string;
  /** Default: a new P-256 key. */
  readonly privateKey?: KeyObject;
  /** Days from now; default a year of which a month is left, which is due. */
  readonly validity?: readonly [from: number, to: number];
  readonly tags?: Readonly<Record<string, string>>;
  readonly exportable?: boolean;
}

/**
 * One more version of a name, new or not, as somebody with all rights on that vault brings it in: with any certificate
 * for a key of his own. Self-signed unless a signer is given.
 */
export async function plantCa(scene: Scene, planted: PlantedCa): Promise<{ version: string; der: Uint8Array }> {
  const { vault, name, privateKey = newKey(), validity = [-335, 30], tags = {}, exportable = false, ...rest } = planted;
  const at = (days: number) => new Date(scene.clock.now.getTime() + days * DAY_MS);
  const der = await makeCertificate({
    signer: { key: privateKey },
    ca: true,
    ...rest,
    publicKey: createPublicKey(privateKey),
    notBefore: at(validity[0]),
    notAfter: at(validity[1]),
  });
  const { version } = scene.vault(vault).plant({ name, privateKey, certificate: der, tags, exportable });
  return { version, der };
}
