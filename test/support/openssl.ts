import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '../../shared/x509/pem.ts';

/**
 * OpenSSL's command line: a reader of certificates that neither Node nor this project wrote. Where it is missing its
 * tests are skipped with a printed line; in continuous integration (CI is set) that is a failure.
 */
export const hasOpenssl = findOpenssl();

function findOpenssl(): boolean {
  if (spawnSync('openssl', ['version']).status === 0) return true;
  if (process.env.CI) throw new Error('Cannot find openssl on PATH: install it, its tests must run where CI is set');
  console.warn(
    'SKIPPED: openssl is not on PATH, so what we sign is not verified with it. Install it to run these tests.',
  );
  return false;
}

export interface OpensslVerification {
  readonly certificate: Uint8Array;
  readonly trusted: readonly Uint8Array[];
  readonly untrusted?: readonly Uint8Array[];
  /** The time at which the chain must be valid. */
  readonly at: Date;
}

/** `openssl verify -x509_strict` of DER certificates; answers "OK", or what openssl said. */
export function opensslVerify({ certificate, trusted, untrusted = [], at }: OpensslVerification): string {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-'));
  try {
    const file = (name: string, ders: readonly Uint8Array[]) => {
      const path = join(folder, name);
      writeFileSync(path, ders.map((der) => toPem(der)).join(''));
      return path;
    };
    const chain = untrusted.length === 0 ? [] : ['-untrusted', file('untrusted.pem', untrusted)];
    const seconds = String(Math.floor(at.getTime() / 1000));
    const trust = ['-no-CApath', '-no-CAstore', '-CAfile', file('trusted.pem', trusted)];
    const args = [
      'verify',
      '-x509_strict',
      '-attime',
      seconds,
      ...trust,
      ...chain,
      file('certificate.pem', [certificate]),
    ];
    const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    return status === 0 && stdout.trim().endsWith(': OK') ? 'OK' : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
