import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCertificate } from '../shared/x509/certificate.ts';
import { readCertificationRequest } from '../shared/x509/certification-request.ts';
import { renewalFaults } from '../shared/x509/check-renewal.ts';
import { hasOpenssl } from './support/openssl.ts';

// What docs/operations.md has the keeper of an offline root type, typed.

const SUBJECT = '/C=DE/O=Contoso/CN=Plant A';
const PREPARE = `
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -new -x509 -key root.key -subj '/C=DE/O=Contoso/CN=Fleet root' -days 7300 -out root.pem
openssl ecparam -name prime256v1 -genkey -noout -out old.key
openssl req -new -key old.key -subj '${SUBJECT}' -out old.csr
printf '%s\\n' 'basicConstraints = critical, CA:TRUE, pathlen:0' 'keyUsage = critical, keyCertSign, cRLSign' \\
  'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid' > old.ext
openssl x509 -req -in old.csr -CA root.pem -CAkey root.key -days 90 -extfile old.ext -out old.pem
openssl ecparam -name prime256v1 -genkey -noout -out new.key
# As Key Vault asks: not for a CA.
openssl req -new -key new.key -subj '${SUBJECT}' -addext basicConstraints=CA:FALSE -addext extendedKeyUsage=serverAuth \\
  -outform DER -out new.csr
openssl base64 -A -in new.csr -out csr.txt
`;

/** The commands of the section, but for those that speak to Azure. */
function documented(): string {
  const page = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');
  const [, block = ''] = /^## The root is kept offline\n[\s\S]*?^```sh\n([\s\S]*?)^```$/m.exec(page) ?? [];
  return block.replace(/^az .*\n/gm, '');
}

describe.skipIf(!hasOpenssl)('signing for a root that is kept offline, as documented', () => {
  const folder = mkdtempSync(join(tmpdir(), 'offline-root-'));
  const read = (name: string) => readFileSync(join(folder, name));
  const certificate = (name: string) => readCertificate(new X509Certificate(read(name)).raw);
  const sh = (script: string) =>
    spawnSync('sh', ['-eu', '-c', script], { cwd: folder, env: { PATH: process.env.PATH }, encoding: 'utf8' });

  beforeAll(() => {
    const { status, stderr } = sh(PREPARE);
    expect({ status, stderr }).toMatchObject({ status: 0 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('makes a certificate that passes what the app demands of its own', () => {
    const { status, stdout, stderr } = sh(documented());
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout.trimEnd().endsWith('signed.pem: OK')).toBe(true);
    const { spki } = readCertificationRequest(read('new.csr'));
    const check = { predecessor: certificate('old.pem'), spki, issuer: certificate('root.pem'), now: new Date() };
    expect(renewalFaults({ ...check, certificate: certificate('signed.pem') })).toEqual([]);
  });

  it('gives it another subject where it is told to', () => {
    const command = documented().match(/^openssl x509 -req .*$/m)?.[0] ?? '';
    const { status, stderr } = sh(`${command} -subj '/O=Contoso/CN=Plant B'`);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(sh('openssl x509 -in signed.pem -noout -subject -issuer -nameopt RFC2253').stdout).toBe(
      'subject=CN=Plant B,O=Contoso\nissuer=CN=Fleet root,O=Contoso,C=DE\n',
    );
  });
});
