import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { plantEnrollment } from '../../../../local/emulator/enrollments/plant-enrollment.ts';
import {
  base64,
  buildCertificate,
  buildResourceManager,
  ecKey,
  type Identity,
  NOW,
  pem,
  type ResourceManagerUnderTest,
  SERVICE_PATH,
} from './build-resource-manager.ts';

interface Resource {
  readonly etag: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const ETAG = /^"[0-9a-f]{8}-0000-0700-0000-[0-9a-f]{8}0000"$/;
const PRECONDITION_FAILED = {
  status: 412,
  body: {
    code: 412001,
    httpStatusCode: 'PreconditionFailed',
    message: expect.stringMatching(
      /^Invalid ETag supplied\. If you contact a support representative please include this correlation identifier: [0-9a-f-]{36}, timestamp: 2022-05-03 17:50:03Z, errorcode: IH412001\.$/,
    ),
  },
};

let ca: Identity;
let other: Identity;

beforeAll(async () => {
  ca = await buildCertificate({ subject: 'CN=TESTCERT000005, O=Contoso' });
  other = await buildCertificate({ subject: 'CN=Other CA' });
});

async function upload(rm: ResourceManagerUnderTest, name = 'ca-1', isVerified?: boolean): Promise<Resource> {
  const body = { certificate: base64(pem(ca.certificate)), ...(isVerified === undefined ? {} : { isVerified }) };
  const response = await rm.call('PUT', `certificates/${name}`, { body });
  expect(response.status).toBe(200);
  return response.body as Resource;
}

async function generateCode(rm: ResourceManagerUnderTest, ifMatch: string) {
  const response = await rm.call('POST', 'certificates/ca-1/generateVerificationCode', { ifMatch });
  expect(response.status).toBe(200);
  const resource = response.body as Resource;
  return { resource, code: String(resource.properties.verificationCode) };
}

async function prove(rm: ResourceManagerUnderTest, ifMatch: string, proof: Uint8Array | string) {
  const certificate = typeof proof === 'string' ? proof : base64(proof);
  return rm.call('POST', 'certificates/ca-1/verify', { ifMatch, body: { certificate } });
}

describe('uploading a certificate', () => {
  it('answers as recorded from Azure: 200, CN alone, RFC 1123 dates, upper-hex SHA-1, no content', async () => {
    const rm = buildResourceManager();
    const response = await rm.call('PUT', 'certificates/ca-1', { body: { certificate: base64(pem(ca.certificate)) } });
    expect(response.status).toBe(200);
    expect(response.body).toStrictEqual({
      properties: {
        subject: 'TESTCERT000005',
        expiry: 'Fri, 06 May 2022 17:50:01 GMT',
        thumbprint: createHash('sha1').update(ca.certificate).digest('hex').toUpperCase(),
        isVerified: false,
        created: 'Mon, 01 Jan 0001 00:00:00 GMT',
        updated: 'Tue, 03 May 2022 17:50:03 GMT',
        certificate: null,
      },
      id: `${SERVICE_PATH}/certificates/ca-1`,
      name: 'ca-1',
      type: 'Microsoft.Devices/provisioningServices/Certificates',
      etag: expect.any(String),
    });
  });

  it.each(['2017-11-15', '2021-10-15', '2022-02-05', '2025-02-01-preview', '2026-08-31'])(
    'takes the properties flat or wrapped, with api-version %s',
    async (apiVersion) => {
      const rm = buildResourceManager();
      const content = { certificate: base64(ca.certificate), isVerified: true };
      for (const [name, body] of Object.entries({ flat: content, wrapped: { properties: content } })) {
        const response = await rm.call('PUT', `certificates/${name}`, { body, apiVersion });
        expect(response).toMatchObject({ status: 200, body: { properties: { isVerified: true } } });
      }
    },
  );

  it('takes an etag that is base64 of a quoted database etag with the time of the write in it', async () => {
    const { etag } = await upload(buildResourceManager());
    const text = Buffer.from(etag, 'base64').toString();
    expect(text).toMatch(ETAG);
    expect(Number.parseInt(text.slice(25, 33), 16)).toBe(Math.floor(NOW.getTime() / 1000));
  });

  it('ignores If-Match while it creates', async () => {
    const body = { certificate: base64(ca.certificate) };
    expect(await buildResourceManager().call('PUT', 'certificates/ca-1', { body, ifMatch: 'x' })).toMatchObject({
      status: 200,
    });
  });

  it('allows the same certificate under two names', async () => {
    const rm = buildResourceManager();
    await upload(rm, 'one');
    await upload(rm, 'two');
    expect((await rm.call('GET', 'certificates')).body).toMatchObject({ value: [{ name: 'one' }, { name: 'two' }] });
  });

  it('refuses the 26th certificate, but not to update one of the 25', async () => {
    const rm = buildResourceManager();
    for (let i = 1; i <= 25; i++) await upload(rm, `ca-${i}`);
    const body = { certificate: base64(ca.certificate) };
    const refused = await rm.call('PUT', 'certificates/ca-26', { body });
    expect(refused).toMatchObject({ status: 400, body: { httpStatusCode: 'BadRequest' } });
    expect(refused.body).toMatchObject({ message: expect.stringContaining('25 certificates') });
    const ifMatch = rm.dps.certificates.get('ca-25')?.etag ?? '';
    expect((await rm.call('PUT', 'certificates/ca-25', { body, ifMatch })).status).toBe(200);
  });

  const malformed: [string, () => unknown][] = [
    ['PEM that was not base64-encoded', () => pem(ca.certificate)],
    ['base64 of no certificate', () => base64('hello')],
    [
      'base64 of a PEM file that holds a key',
      () => base64('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'),
    ],
    ['base64 of truncated DER', () => base64(ca.certificate.subarray(0, 100))],
    ['base64url', () => '-_-_'],
    ['nothing', () => undefined],
    ['a number', () => 7],
  ];
  it.each(malformed)('fails with 500 every time for %s, as the service does', async (_, content) => {
    const rm = buildResourceManager();
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await rm.call('PUT', 'certificates/ca-1', { body: { certificate: content() } });
      expect(response).toMatchObject({ status: 500, body: { code: 500019, httpStatusCode: 'InternalServerError' } });
      expect(response.body).toMatchObject({ message: expect.stringContaining('errorcode: IH500019.') });
    }
    expect(rm.dps.certificates.list()).toStrictEqual([]);
  });

  const bundles: [string, () => string][] = [
    ['PEM', () => pem(ca.certificate) + pem(other.certificate)],
    ['DER', () => Buffer.concat([ca.certificate, other.certificate]).toString('latin1')],
  ];
  it.each(bundles)('refuses a bundle of two certificates in %s', async (_, content) => {
    const body = { certificate: Buffer.from(content(), 'latin1').toString('base64') };
    const response = await buildResourceManager().call('PUT', 'certificates/ca-1', { body });
    expect(response).toMatchObject({ status: 400, body: { message: expect.stringContaining('more than one') } });
  });

  it.each(['a b', 'ä', 'x'.repeat(65)])('refuses the name %j', async (name) => {
    const body = { certificate: base64(ca.certificate) };
    const response = await buildResourceManager().call('PUT', `certificates/${encodeURIComponent(name)}`, { body });
    expect(response.status).toBe(400);
  });
});

describe('replacing a certificate', () => {
  it.each([
    { sent: undefined, verified: false },
    { sent: false, verified: false },
    { sent: true, verified: true },
  ])('leaves a verified entry isVerified: $verified when isVerified: $sent is sent', async ({ sent, verified }) => {
    const rm = buildResourceManager();
    const { etag } = await upload(rm, 'ca-1', true);
    const body = { certificate: base64(other.certificate), ...(sent === undefined ? {} : { isVerified: sent }) };
    const response = await rm.call('PUT', 'certificates/ca-1', { body, ifMatch: etag });
    expect(response).toMatchObject({
      status: 200,
      body: { properties: { isVerified: verified, subject: 'Other CA' } },
    });
  });

  it('keeps the spelling of the name it was created with', async () => {
    const rm = buildResourceManager();
    const { etag } = await upload(rm, 'Ca-One');
    const body = { certificate: base64(ca.certificate) };
    expect((await rm.call('PUT', 'certificates/CA-ONE', { body, ifMatch: etag })).body).toMatchObject({
      name: 'Ca-One',
    });
    expect(rm.dps.certificates.list()).toHaveLength(1);
  });
});

describe('ETags', () => {
  const calls: [string, string, string, unknown][] = [
    ['PUT', 'PUT', 'certificates/ca-1', { certificate: 'x' }],
    ['DELETE', 'DELETE', 'certificates/ca-1', undefined],
    ['generateVerificationCode', 'POST', 'certificates/ca-1/generateVerificationCode', undefined],
    ['verify', 'POST', 'certificates/ca-1/verify', { certificate: 'x' }],
  ];
  it.each(calls)('%s needs the present one: 412 without, with a stale one, with *', async (_, method, path, body) => {
    const rm = buildResourceManager();
    const { etag: stale } = await upload(rm);
    const { resource } = await generateCode(rm, stale);
    expect(await rm.call(method, path, { body })).toEqual(PRECONDITION_FAILED);
    expect(await rm.call(method, path, { body, ifMatch: stale })).toEqual(PRECONDITION_FAILED);
    expect(await rm.call(method, path, { body, ifMatch: '*' })).toEqual(PRECONDITION_FAILED);
    expect((await rm.call('GET', 'certificates/ca-1')).body).toMatchObject({ etag: resource.etag });
  });

  it('change at every call that changes something: upload, code, second code, verify, replace', async () => {
    const rm = buildResourceManager();
    const uploaded = await upload(rm);
    const first = await generateCode(rm, uploaded.etag);
    const second = await generateCode(rm, first.resource.etag);
    const proof = await buildCertificate({ subject: `CN=${second.code}`, issuer: ca, ca: false });
    const verified = (await prove(rm, second.resource.etag, proof.certificate)).body as Resource;
    const body = { certificate: base64(ca.certificate) };
    const replaced = (await rm.call('PUT', 'certificates/ca-1', { body, ifMatch: verified.etag })).body as Resource;
    const etags = [uploaded, first.resource, second.resource, verified, replaced].map(({ etag }) => etag);
    expect(new Set(etags).size).toBe(5);
  });
});

describe('the verification code', () => {
  it('is 48 upper-case hex digits and comes with the content just as it was uploaded', async () => {
    const rm = buildResourceManager();
    const { etag } = await upload(rm);
    const { resource, code } = await generateCode(rm, etag);
    expect(code).toMatch(/^[0-9A-F]{48}$/);
    expect(Object.keys(resource.properties)).toStrictEqual([
      'verificationCode',
      'subject',
      'expiry',
      'thumbprint',
      'isVerified',
      'created',
      'updated',
      'certificate',
    ]);
    expect(resource.properties.certificate).toBe(base64(pem(ca.certificate)));
  });

  it('is nowhere else', async () => {
    const rm = buildResourceManager();
    const { etag } = await upload(rm);
    const { code } = await generateCode(rm, etag);
    expect(JSON.stringify((await rm.call('GET', 'certificates/ca-1')).body)).not.toContain(code);
    expect(JSON.stringify((await rm.call('GET', 'certificates')).body)).not.toContain(code);
  });
});

describe('proof of possession', () => {
  const forms: [string, (der: Uint8Array) => string][] = [
    ['DER', (der) => base64(der)],
    ['a PEM file', (der) => base64(pem(der))],
  ];
  it.each(forms)('is accepted as base64 of %s and uses the code up', async (_, form) => {
    const rm = buildResourceManager();
    const { resource, code } = await generateCode(rm, (await upload(rm)).etag);
    const proof = await buildCertificate({ subject: `CN=${code}`, issuer: ca, ca: false });
    const response = await prove(rm, resource.etag, form(proof.certificate));
    expect(response).toMatchObject({ status: 200, body: { properties: { isVerified: true, certificate: null } } });
    const again = await prove(rm, (response.body as Resource).etag, form(proof.certificate));
    expect(again).toMatchObject({ status: 400, body: { code: 400053 } });
  });

  it('is refused before any code has been generated', async () => {
    const rm = buildResourceManager();
    const { etag } = await upload(rm);
    const proof = await buildCertificate({ subject: 'CN=x', issuer: ca, ca: false });
    expect(await prove(rm, etag, proof.certificate)).toMatchObject({ status: 400, body: { code: 400053 } });
  });

  it('is refused with the code that a newer one has replaced', async () => {
    const rm = buildResourceManager();
    const first = await generateCode(rm, (await upload(rm)).etag);
    const second = await generateCode(rm, first.resource.etag);
    const proof = await buildCertificate({ subject: `CN=${first.code}`, issuer: ca, ca: false });
    expect(await prove(rm, second.resource.etag, proof.certificate)).toMatchObject({ status: 400 });
  });

  it('is refused with a code from before the content was replaced', async () => {
    const rm = buildResourceManager();
    const { resource, code } = await generateCode(rm, (await upload(rm)).etag);
    const body = { certificate: base64(ca.certificate) };
    const { etag } = (await rm.call('PUT', 'certificates/ca-1', { body, ifMatch: resource.etag })).body as Resource;
    const proof = await buildCertificate({ subject: `CN=${code}`, issuer: ca, ca: false });
    expect(await prove(rm, etag, proof.certificate)).toMatchObject({ status: 400, body: { code: 400053 } });
  });

  const wrong: [string, RegExp, (code: string) => Promise<Identity>][] = [
    [
      'for another name',
      /is not the verification code/,
      () => buildCertificate({ subject: 'CN=nonsense', issuer: ca }),
    ],
    [
      'for the code in lower case',
      /is not the verification code/,
      (code) => buildCertificate({ subject: `CN=${code.toLowerCase()}`, issuer: ca }),
    ],
    [
      'from another issuer',
      /Issuer certificate 'CN=Other CA' cannot be found/,
      (code) => buildCertificate({ subject: `CN=${code}`, issuer: other }),
    ],
    [
      'whose issuer differs from the subject in case alone',
      /cannot be found in the certificate chain/,
      async (code) => {
        const twin = await buildCertificate({ subject: 'CN=testcert000005, O=Contoso', key: ca.key });
        return buildCertificate({ subject: `CN=${code}`, issuer: twin });
      },
    ],
    [
      'from a namesake with another key',
      /signature does not verify/,
      async (code) => {
        const namesake = await buildCertificate({ subject: 'CN=TESTCERT000005, O=Contoso', key: ecKey() });
        return buildCertificate({ subject: `CN=${code}`, issuer: namesake });
      },
    ],
    [
      'that is not valid yet',
      /is valid from 2022-05-04/,
      (code) => buildCertificate({ subject: `CN=${code}`, issuer: ca, notBefore: new Date('2022-05-04T00:00:00Z') }),
    ],
    [
      'that has expired',
      /to 2022-05-03T00:00:00/,
      (code) => buildCertificate({ subject: `CN=${code}`, issuer: ca, notAfter: new Date('2022-05-03T00:00:00Z') }),
    ],
  ];
  it.each(wrong)('is refused %s, and changes nothing', async (_, message, make) => {
    const rm = buildResourceManager();
    const { resource, code } = await generateCode(rm, (await upload(rm)).etag);
    const response = await prove(rm, resource.etag, (await make(code)).certificate);
    expect(response).toMatchObject({ status: 400, body: { code: 400053, httpStatusCode: 'BadRequest' } });
    expect(response.body).toMatchObject({ message: expect.stringMatching(/^Proof-Of-Possession failed\. /) });
    expect(response.body).toMatchObject({ message: expect.stringMatching(message) });
    const good = await buildCertificate({ subject: `CN=${code}`, issuer: ca, ca: false });
    expect((await prove(rm, resource.etag, good.certificate)).status).toBe(200);
  });
});

describe('deleting', () => {
  it('answers 200 without a body, and the entry is gone', async () => {
    const rm = buildResourceManager();
    const { etag: ifMatch } = await upload(rm);
    const response = await rm.call('DELETE', 'certificates/ca-1', { ifMatch });
    expect(response).toMatchObject({ status: 200 });
    expect(response.body).toBeUndefined();
    expect((await rm.call('GET', 'certificates/ca-1')).status).toBe(404);
  });

  it('leaves enrollments naming what has gone, or is told to refuse that, in whatever case they name it', async () => {
    const rm = buildResourceManager();
    const { etag: ifMatch } = await upload(rm);
    const record = { attestation: { type: 'x509', x509: { caReferences: { primary: 'CA-1' } } } };
    plantEnrollment(rm.dps, 'individual', 'd', record, { at: NOW, random: Buffer.alloc });
    rm.dps.behaviour.keepsNamedCertificates = true;
    expect(await rm.call('DELETE', 'certificates/ca-1', { ifMatch })).toMatchObject({
      status: 409,
      body: { code: 409002, message: expect.stringContaining("the enrollment 'd' names it") },
    });
    rm.dps.behaviour.keepsNamedCertificates = false;
    expect((await rm.call('DELETE', 'certificates/ca-1', { ifMatch })).status).toBe(200);
    expect(rm.dps.enrollments.individual.get('d')).toBeDefined();
  });

  it('answers 204 for an entry that is not there', async () => {
    expect((await buildResourceManager().call('DELETE', 'certificates/x', { ifMatch: 'y' })).status).toBe(204);
  });
});

describe('an inactive DPS', () => {
  it('can be read, and refuses every change with 409', async () => {
    const rm = buildResourceManager();
    const { etag: ifMatch } = await upload(rm);
    rm.dps.state = 'Suspended';
    expect((await rm.call('GET', 'certificates/ca-1')).status).toBe(200);
    const body = { certificate: base64(ca.certificate) };
    for (const [method, path] of [
      ['PUT', 'certificates/ca-1'],
      ['DELETE', 'certificates/ca-1'],
      ['POST', 'certificates/ca-1/generateVerificationCode'],
      ['POST', 'certificates/ca-1/verify'],
    ] as const) {
      const response = await rm.call(method, path, { ifMatch, body });
      expect(response).toMatchObject({ status: 409, body: { message: expect.stringContaining('Suspended') } });
    }
  });
});
