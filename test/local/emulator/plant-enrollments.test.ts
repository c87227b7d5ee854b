import { describe, expect, it } from 'vitest';
import { parseSeed } from '../../../local/emulator/parse-seed.ts';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { type InProcessAzure, inProcessAzure } from '../../support/in-process-azure.ts';

const NOW = new Date('2026-03-31T12:00:00Z');

type Service = SeedInput['provisioningServices'][number];

function seed(service: Partial<Service>): SeedInput {
  const certificate = (name: string, notBefore: string) =>
    ({ name, subject: `CN=${name}`, key: 'P-256', notBefore, notAfter: 'P1Y' }) as const;
  return {
    version: 1,
    vaults: [
      {
        name: 'kv-a',
        certificates: [certificate('old', '-P9M'), certificate('new', '-P1M'), certificate('soon', 'P1D')],
      },
    ],
    provisioningServices: [
      {
        name: 'Dps-A',
        hubs: [{ name: 'hub-a' }],
        certificates: [
          { name: 'ca-old', certificate: { vault: 'kv-a', name: 'old' }, verified: true },
          { name: 'ca-new', certificate: { vault: 'kv-a', name: 'new' }, verified: true },
        ],
        ...service,
      },
    ],
  };
}

async function get({ dataPlanes }: InProcessAzure, path: string): Promise<unknown> {
  const url = new URL(`https://dps-a.azure-devices-provisioning.net${path}?api-version=2021-10-01`);
  const { body } = (await dataPlanes.get('dps-a')?.handle({ method: 'GET', url, headers: {}, body: undefined })) ?? {};
  return body;
}

const vault = (name: string) => ({ vault: 'kv-a', name });

describe('an enrollment of a seed', () => {
  it('has its defaults, and is as old as the newest certificate that it trusts', async () => {
    const azure = await inProcessAzure(
      seed({ enrollmentGroups: [{ id: 'g', caReferences: { primary: 'ca-old', secondary: 'ca-new' } }] }),
      () => NOW,
    );
    expect(await get(azure, '/enrollmentGroups/g')).toStrictEqual({
      enrollmentGroupId: 'g',
      attestation: { type: 'x509', x509: { caReferences: { primary: 'ca-old', secondary: 'ca-new' } } },
      capabilities: { iotEdge: false },
      provisioningStatus: 'enabled',
      reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: true },
      etag: expect.stringMatching(/^".*"$/),
      createdDateTimeUtc: '2026-02-28T12:00:00.0000000Z',
      lastUpdatedDateTimeUtc: '2026-02-28T12:00:00.0000000Z',
    });
    expect(azure.provisioningServices.get('dps-a')?.observer.violations()).toStrictEqual([]);
  });

  it('has everything that it may say', async () => {
    const azure = await inProcessAzure(
      seed({
        individualEnrollments: [
          {
            id: 'd',
            clientCertificates: { secondary: vault('new') },
            webhookUrl: 'https://x.example/api/allocate?code=c',
            iotHubs: ['hub-a'],
            provisioningStatus: 'disabled',
            reprovisionPolicy: { updateHubAssignment: false, migrateDeviceData: false },
            initialTwin: { tags: { a: 1 } },
            lastUpdated: '-P1D',
          },
        ],
      }),
      () => NOW,
    );
    expect(await get(azure, '/enrollments/d')).toMatchObject({
      registrationId: 'd',
      attestation: { type: 'x509', x509: { clientCertificates: { secondary: { info: { subjectName: 'CN=new' } } } } },
      allocationPolicy: 'custom',
      customAllocationDefinition: { webhookUrl: 'https://x.example/api/allocate?code=c', apiVersion: '2021-10-01' },
      iotHubs: ['hub-a.azure-devices.net'],
      provisioningStatus: 'disabled',
      reprovisionPolicy: { updateHubAssignment: false, migrateDeviceData: false },
      initialTwin: { tags: { a: 1 } },
      lastUpdatedDateTimeUtc: '2026-03-30T12:00:00.0000000Z',
    });
  });

  it('was written now at the latest, by keys as well as by a certificate that begins tomorrow', async () => {
    const azure = await inProcessAzure(
      seed({
        enrollmentGroups: [
          { id: 'g', signingCertificates: { primary: vault('soon') } },
          { id: 'k', symmetricKey: true },
        ],
      }),
      () => NOW,
    );
    for (const id of ['g', 'k']) {
      expect(await get(azure, `/enrollmentGroups/${id}`)).toHaveProperty(
        'lastUpdatedDateTimeUtc',
        '2026-03-31T12:00:00.0000000Z',
      );
    }
  });

  it('comes to a service that behaves as the seed says', async () => {
    const azure = await inProcessAzure(seed({ behaviour: { putWithoutIfMatch: 'conflict' } }), () => NOW);
    expect(azure.provisioningServices.get('dps-a')?.behaviour).toStrictEqual({
      masksWebhookUrl: false,
      deviceCertificateShape: 'none',
      keepsNamedCertificates: false,
      putWithoutIfMatch: 'conflict',
    });
  });

  const old = { caReferences: { primary: 'CA-OLD' } };
  it.each<[string, Partial<Service>, string[]]>([
    [
      'is taken twice',
      {
        enrollmentGroups: [
          { id: 'g', ...old },
          { id: 'G', ...old },
        ],
      },
      ["enrollmentGroups[1].id: 'G' is taken already"],
    ],
    ['has a bad id', { enrollmentGroups: [{ id: 'g.', ...old }] }, ['enrollmentGroups[0].id: must be 1 to 128']],
    [
      'attests nothing',
      { individualEnrollments: [{ id: 'd' }] },
      ['individualEnrollments[0]: must have exactly one of caReferences'],
    ],
    [
      'attests twice',
      { enrollmentGroups: [{ id: 'g', ...old, symmetricKey: true }] },
      ['enrollmentGroups[0]: must have exactly one of'],
    ],
    [
      'names nothing',
      { enrollmentGroups: [{ id: 'g', caReferences: {} }] },
      ['enrollmentGroups[0].caReferences: must have primary or secondary'],
    ],
    [
      'names what is not there',
      {
        enrollmentGroups: [
          { id: 'g', caReferences: { secondary: 'x' }, iotHubs: ['hub-b'] },
          { id: 'h', signingCertificates: { primary: vault('x') } },
        ],
      },
      [
        "enrollmentGroups[0].caReferences.secondary: 'Dps-A' has no certificate 'x'",
        "enrollmentGroups[0].iotHubs[0]: 'Dps-A' has no hub 'hub-b'",
        "enrollmentGroups[1].signingCertificates.primary: there is no certificate 'x' in a vault 'kv-a' of this seed",
      ],
    ],
    [
      'allocates by two rules, or none',
      {
        enrollmentGroups: [
          { id: 'g', ...old, allocationPolicy: 'custom' },
          { id: 'h', ...old, allocationPolicy: 'static', webhookUrl: 'https://x.example' },
        ],
      },
      [
        'enrollmentGroups[0].webhookUrl: is needed',
        "enrollmentGroups[1].webhookUrl: is for the policy custom, not 'static'",
      ],
    ],
    [
      'was written in the future',
      { enrollmentGroups: [{ id: 'g', ...old, lastUpdated: 'P1D' }] },
      ["enrollmentGroups[0].lastUpdated: 'P1D' is not between"],
    ],
  ])('is refused if it %s', (_, service, expected) => {
    const parsed = parseSeed(seed(service), NOW);
    const faults = 'faults' in parsed ? parsed.faults : [];
    expect(faults).toHaveLength(expected.length);
    expected.forEach((fault, index) => {
      expect(faults[index]).toContain(`provisioningServices[0].${fault}`);
    });
  });
});
