import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Conflict, Refused } from '../../../shared/errors.ts';
import type { Entry, VerificationCode } from '../../../shared/ports.ts';
import { throwAwayPublicKey } from '../../../shared/randomness.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { buildProof } from '../../../shared/x509/proof-of-possession.ts';
import type { Signer } from '../../../shared/x509/signature.ts';
import { type PlantedCa, plantCa, selfSigned } from '../../support/contract-builders.ts';
import type { ContractWorld } from '../../support/contract-world.ts';
import { newKey } from '../../support/key-vault-builders.ts';
import { localSigner } from '../../support/signer.ts';

/** What `ProvisioningService` promises, for any implementation. `setUp` is called for each test and gives a new DPS. */
export function provisioningServiceContract(describeName: string, setUp: () => Promise<ContractWorld>): void {
  describe(`${describeName} keeps the contract of ProvisioningService`, () => {
    let world: ContractWorld;
    beforeEach(async () => {
      world = await setUp();
    });

    readingContract(() => world);
    uploadContract(() => world);
    proofContract(() => world);
    staleContract(() => world);
  });
}

const upload = async ({ service, vault }: ContractWorld) => {
  const ca = await plantCa(vault);
  return { ca, entry: await service.upload('plant-a-2031', ca.certificate) };
};

interface ProofOptions {
  /** Common name; default the code. */
  readonly commonName?: string;
  readonly sign?: Signer;
  /** DER of the certificate whose subject stands as the issuer. */
  readonly issuer?: Uint8Array;
}

/** The proof for a code, signed by the key of a CA in its vault, or as the options say. */
function proofOf({ keyVault }: ContractWorld, ca: PlantedCa, { code }: VerificationCode, options: ProofOptions = {}) {
  const keyId = `${keyVault.url}/keys/${ca.name}/${ca.version}`;
  const { sign = (algorithm, digest) => keyVault.sign(keyId, algorithm, digest) } = options;
  return buildProof({
    ca: readCertificate(options.issuer ?? ca.certificate),
    verificationCode: options.commonName ?? code,
    spki: throwAwayPublicKey(),
    serialNumber: new Uint8Array(16).fill(1),
    now: new Date(),
    sign,
  });
}

function readingContract(world: () => ContractWorld): void {
  describe('reading', () => {
    it.each(['Active', 'Suspended', 'FailingOver'] as const)('tells the state: %s', async (state) => {
      world().dps.state = state;
      expect(await world().service.state()).toBe(state);
    });

    it('tells the linked hubs as the DPS has them, from the request that told the state', async () => {
      const { service, dps, requests } = world();
      Object.assign(dps, {
        hubs: [
          { name: 'hub-a.azure-devices.net', location: 'westeurope', allocationWeight: 3 },
          { name: 'hub-b.azure-devices.net', location: 'westeurope', allocationWeight: 0 },
        ],
      });
      await service.state();
      expect(await service.linkedHubs()).toStrictEqual([
        { name: 'hub-a.azure-devices.net', allocationWeight: 3, applyAllocationPolicy: true },
        { name: 'hub-b.azure-devices.net', allocationWeight: 0, applyAllocationPolicy: true },
      ]);
      expect(requests()).toHaveLength(1);
      Object.assign(dps, { hubs: [] });
      expect(await service.linkedHubs()).toHaveLength(2);
      await service.state();
      expect(await service.linkedHubs()).toStrictEqual([]);
    });

    it('reads the linked hubs where nothing has been read before', async () => {
      expect(await world().service.linkedHubs()).toStrictEqual([]);
      expect(world().requests()).toHaveLength(1);
    });

    it('lists no entries in a new DPS', async () => {
      expect(await world().service.entries()).toStrictEqual([]);
    });

    it('lists entries as they are, verified or not', async () => {
      const { service, dps, vault } = world();
      const { certificate } = await plantCa(vault);
      const x509 = new X509Certificate(certificate);
      const [thumbprint, notAfter] = [x509.fingerprint.replaceAll(':', ''), x509.validToDate];
      const entries = ['new', 'trusted'].map((name) =>
        dps.certificates.put({
          name,
          certificate: x509,
          content: Buffer.from(certificate).toString('base64'),
          isVerified: name === 'trusted',
          updated: new Date(),
          verificationCode: undefined,
        }),
      );
      expect(await service.entries()).toStrictEqual(
        entries.map(({ name, isVerified, etag, updated }) => ({
          name,
          thumbprint,
          isVerified,
          notAfter,
          updated: toSecond(updated),
          etag,
        })),
      );
    });
  });
}

/** Times travel as RFC 1123, without fractions. */
function toSecond(time: Date | undefined): Date {
  return new Date(Math.floor((time?.getTime() ?? 0) / 1000) * 1000);
}

function uploadContract(world: () => ContractWorld): void {
  describe('uploading', () => {
    it('makes an entry of the certificate, unverified, and answers it as a listing then shows it', async () => {
      const { service, dps } = world();
      const { ca, entry } = await upload(world());
      const { fingerprint, validToDate: notAfter } = new X509Certificate(ca.certificate);
      const expected = {
        name: 'plant-a-2031',
        isVerified: false,
        thumbprint: fingerprint.replaceAll(':', ''),
        notAfter,
        updated: toSecond(dps.certificates.get('plant-a-2031')?.updated),
      };
      expect(entry).toStrictEqual({ ...expected, etag: expect.stringMatching(/./) });
      expect(await service.entries()).toStrictEqual([entry]);
      expect(dps.certificates.get('plant-a-2031')?.certificate.raw).toStrictEqual(Buffer.from(ca.certificate));
    });

    it('never says isVerified, which would skip the proof', async () => {
      await upload(world());
      const { body } =
        world()
          .requests()
          .find(({ method }) => method === 'PUT') ?? {};
      expect(body).toStrictEqual({ properties: { certificate: expect.stringMatching(/./) } });
    });

    it('is a Conflict for a name that exists, whose entry stays as it is', async () => {
      const { service } = world();
      const { entry } = await upload(world());
      await expect(service.upload(entry.name, await selfSigned(newKey()))).rejects.toBeInstanceOf(Conflict);
      expect(await service.entries()).toStrictEqual([entry]);
    });

    it('is a Conflict while the DPS takes no changes', async () => {
      const { service, dps } = world();
      dps.state = 'Suspended';
      await expect(upload(world())).rejects.toBeInstanceOf(Conflict);
      expect(await service.entries()).toStrictEqual([]);
    });
  });
}

function proofContract(world: () => ContractWorld): void {
  describe('proving possession', () => {
    it('verifies the entry: upload, code, signature by the key in the vault', async () => {
      const { service } = world();
      const { ca, entry } = await upload(world());
      const code = await service.generateVerificationCode(entry);
      const verified = await service.verify(entry.name, code.etag, await proofOf(world(), ca, code));
      // By the service's own clock, which may have gone on since the upload.
      const { updated, etag } = verified;
      expect(verified).toStrictEqual({ ...entry, isVerified: true, updated, etag });
      expect(updated?.getTime()).toBeGreaterThanOrEqual(entry.updated?.getTime() ?? Number.NaN);
      expect(new Set([entry.etag, code.etag, verified.etag]).size).toBe(3);
      expect(await service.entries()).toStrictEqual([verified]);
    });

    it('makes another code each time, of up to 64 characters: it becomes a common name', async () => {
      const { service } = world();
      const { entry } = await upload(world());
      const first = await service.generateVerificationCode(entry);
      const second = await service.generateVerificationCode({ ...entry, etag: first.etag });
      expect(second.code).not.toBe(first.code);
      expect(second.code).toMatch(/^[0-9A-Z]{1,64}$/);
    });

    const wrong = [
      { text: 'signed by another key', options: () => ({ sign: localSigner(newKey()) }) },
      { text: 'with another common name', options: () => ({ commonName: 'F'.repeat(48) }) },
      {
        text: 'issued by another CA',
        options: async () => {
          const key = newKey();
          return { sign: localSigner(key), issuer: await selfSigned(key, { subject: 'CN=Another CA' }) };
        },
      },
    ];
    it.each(wrong)('is refused with a proof $text; the code stays good for a right one', async ({ options }) => {
      const { service } = world();
      const { ca, entry } = await upload(world());
      const code = await service.generateVerificationCode(entry);
      const proof = await proofOf(world(), ca, code, await options());
      const refused = service.verify(entry.name, code.etag, proof);
      await expect(refused).rejects.toBeInstanceOf(Refused);
      await expect(refused).rejects.toMatchObject({ reason: 'possession-disproved' });
      expect((await service.entries())[0]?.isVerified).toBe(false);
      const right = await proofOf(world(), ca, code);
      expect((await service.verify(entry.name, code.etag, right)).isVerified).toBe(true);
    });
  });
}

/** Whatever changes an entry changes its ETag; whoever acts on the former one must look again. */
const CHANGES: Record<string, (world: ContractWorld, entry: Entry, ca: PlantedCa) => Promise<unknown>> = {
  'another code was made': ({ service }, entry) => service.generateVerificationCode(entry),
  'it was verified': async (world, entry, ca) => {
    const code = await world.service.generateVerificationCode(entry);
    return world.service.verify(entry.name, code.etag, await proofOf(world, ca, code));
  },
  'its content was replaced': async ({ dps }, { name }) => {
    const present = dps.certificates.get(name);
    if (present) dps.certificates.put({ ...present, certificate: new X509Certificate(await selfSigned(newKey())) });
  },
  'it was deleted': async ({ dps }, { name }) => dps.certificates.delete(name),
};

function staleContract(world: () => ContractWorld): void {
  describe.each(Object.entries(CHANGES))('once an entry is not as it was, because %s,', (_why, change) => {
    it('generating a code is a Conflict', async () => {
      const { ca, entry } = await upload(world());
      await change(world(), entry, ca);
      await expect(world().service.generateVerificationCode(entry)).rejects.toBeInstanceOf(Conflict);
    });

    it('verifying with the former code is a Conflict', async () => {
      const { service } = world();
      const { ca, entry } = await upload(world());
      const code = await service.generateVerificationCode(entry);
      const proof = await proofOf(world(), ca, code);
      await change(world(), { ...entry, etag: code.etag }, ca);
      await expect(service.verify(entry.name, code.etag, proof)).rejects.toBeInstanceOf(Conflict);
    });
  });

  it('making a code is a write, too: verifying with the ETag from before it is a Conflict', async () => {
    const { service } = world();
    const { ca, entry } = await upload(world());
    const code = await service.generateVerificationCode(entry);
    const proof = await proofOf(world(), ca, code);
    await expect(service.verify(entry.name, entry.etag, proof)).rejects.toBeInstanceOf(Conflict);
    expect((await service.entries())[0]?.isVerified).toBe(false);
  });
}
