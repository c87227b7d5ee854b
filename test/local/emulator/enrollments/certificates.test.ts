import { createHash, X509Certificate } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  buildCertificate,
  buildDataPlane,
  type DataPlaneUnderTest,
  holding,
  type Identity,
  pem,
  plantEntry,
} from './build-data-plane.ts';

type Slots = Record<string, { readonly info: Record<string, unknown> }>;

const GROUP = '/enrollmentGroups/g';

let root: Identity;
let plant: Identity;
let other: Identity;
let plane: DataPlaneUnderTest;

beforeAll(async () => {
  root = await buildCertificate({ subject: 'CN=Root, O=Contoso' });
  plant = await buildCertificate({ subject: 'CN=Plant, OU=West, O=Contoso', issuer: root });
  other = await buildCertificate({ subject: 'CN=Other' });
});

beforeEach(() => {
  plane = buildDataPlane();
});

function signing(slots: unknown) {
  return { attestation: { type: 'x509', x509: { signingCertificates: slots } } };
}

function slotsOf(body: unknown): Slots {
  return (body as { attestation: { x509: { signingCertificates: Slots } } }).attestation.x509.signingCertificates;
}

function sha(algorithm: string, { certificate }: Identity): string {
  return createHash(algorithm).update(certificate).digest('hex').toUpperCase();
}

it('shows of a certificate what there is to know, and never the certificate', async () => {
  await plane.call('PUT', GROUP, { body: holding('signingCertificates', plant) });
  const expected = {
    primary: {
      info: {
        subjectName: 'CN=Plant, OU=West, O=Contoso',
        sha1Thumbprint: sha('sha1', plant),
        sha256Thumbprint: sha('sha256', plant),
        issuerName: 'CN=Root, O=Contoso',
        notBeforeUtc: '2022-05-02T17:50:03Z',
        notAfterUtc: '2022-05-06T17:50:01Z',
        serialNumber: new X509Certificate(plant.certificate).serialNumber,
        version: 3,
      },
    },
  };
  const { body } = await plane.call('GET', GROUP);
  expect(slotsOf(body)).toStrictEqual(expected);
  const query = await plane.call('POST', '/enrollmentGroups/query');
  expect(slotsOf((query.body as unknown[])[0])).toStrictEqual(expected);
  const mechanism = await plane.call('POST', `${GROUP}/attestationmechanism`);
  expect(mechanism.body).toStrictEqual({ type: 'x509', x509: { signingCertificates: expected } });
});

describe('a certificate', () => {
  const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');
  it.each([
    ['PEM', (der: Uint8Array) => pem(der)],
    ['PEM with Windows line ends', (der: Uint8Array) => pem(der).replaceAll('\n', '\r\n')],
    ['base64 of DER', base64],
    ['base64 of PEM', (der: Uint8Array) => base64(pem(der))],
  ])('may come as %s', async (_, encode) => {
    const { body } = await plane.call('PUT', GROUP, {
      body: signing({ primary: { certificate: encode(plant.certificate) } }),
    });
    expect(slotsOf(body).primary?.info.sha1Thumbprint).toBe(sha('sha1', plant));
  });

  it.each([
    ['is no text', { certificate: 1 }],
    ['is empty', { certificate: '' }],
    ['is no certificate', { certificate: 'AAAA' }],
    ['is missing, as is its info', {}],
    ['is no object', 'AAAA'],
  ])('is refused if it %s', async (_, primary) => {
    const response = await plane.call('PUT', GROUP, { body: signing({ primary }) });
    expect(response).toMatchObject({ status: 400, body: { errorCode: 400002 } });
  });

  it('is refused if there are two in one', async () => {
    const certificate = pem(plant.certificate) + pem(root.certificate);
    const { body } = await plane.call('PUT', GROUP, { body: signing({ primary: { certificate } }) });
    expect(body).toMatchObject({ errorCode: 400002, message: expect.stringContaining('more than one') });
  });
});

describe('info without a certificate', () => {
  beforeEach(async () => {
    await plane.call('PUT', GROUP, { body: holding('signingCertificates', plant, other) });
  });

  it('keeps the certificate, through as many writes as one likes', async () => {
    const first = (await plane.call('GET', GROUP)).body;
    await plane.call('PUT', GROUP, { body: first });
    const { body } = await plane.call('PUT', GROUP, { body: (await plane.call('GET', GROUP)).body });
    expect(slotsOf(body)).toStrictEqual(slotsOf(first));
    expect(plane.dps.enrollments.group.get('g')?.content.references).toMatchObject([
      { slot: 'primary', certificate: { der: Buffer.from(plant.certificate) } },
      { slot: 'secondary', certificate: { der: Buffer.from(other.certificate) } },
    ]);
  });

  it('moves it to another slot, since it is the thumbprint that says which', async () => {
    const { primary, secondary } = slotsOf((await plane.call('GET', GROUP)).body);
    const { body } = await plane.call('PUT', GROUP, { body: signing({ primary: secondary, secondary: primary }) });
    expect(slotsOf(body)).toStrictEqual({ primary: secondary, secondary: primary });
  });

  it('may hold the SHA-1 thumbprint alone, and a certificate of null', async () => {
    const primary = { certificate: null, info: { sha1Thumbprint: sha('sha1', other).toLowerCase() } };
    expect((await plane.call('PUT', GROUP, { body: signing({ primary }) })).status).toBe(200);
    expect(plane.dps.enrollments.group.get('g')?.content.references).toMatchObject([
      { certificate: { der: Buffer.from(other.certificate) } },
    ]);
  });

  it.each([
    ['of a certificate that this enrollment does not hold', () => ({ sha256Thumbprint: sha('sha256', root) })],
    ['without thumbprints', () => ({ subjectName: 'CN=Plant' })],
  ])('is refused %s', async (_, info) => {
    await plane.call('PUT', '/enrollmentGroups/h', { body: holding('signingCertificates', root) });
    const response = await plane.call('PUT', GROUP, { body: signing({ primary: { info: info() } }) });
    expect(response).toMatchObject({ status: 400, body: { errorCode: 400002 } });
  });

  it('counts for nothing beside a certificate', async () => {
    const info = { sha256Thumbprint: sha('sha256', other) };
    const { body } = await plane.call('PUT', GROUP, {
      body: signing({ primary: { certificate: pem(root.certificate), info } }),
    });
    expect(slotsOf(body).primary?.info.sha256Thumbprint).toBe(sha('sha256', root));
  });
});

it('takes certificates and names side by side', async () => {
  plantEntry(plane.dps, 'root', root);
  const record = {
    attestation: {
      type: 'x509',
      x509: {
        caReferences: { primary: 'root', secondary: null },
        signingCertificates: { primary: null, secondary: { certificate: pem(plant.certificate), note: 1 } },
        clientCertificates: null,
      },
    },
  };
  const { body } = await plane.call('PUT', GROUP, { body: record });
  expect(body).toMatchObject({
    attestation: {
      x509: {
        caReferences: { primary: 'root', secondary: null },
        signingCertificates: {
          primary: null,
          secondary: { note: 1, info: { subjectName: 'CN=Plant, OU=West, O=Contoso' } },
        },
        clientCertificates: null,
      },
    },
  });
});
