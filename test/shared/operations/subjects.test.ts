import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { disableVersion } from '../../support/by-hand.ts';
import { generationsOf } from '../../support/fleet.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { hasOpenssl, opensslVerify } from '../../support/openssl.ts';
import { mergeOwnDer } from '../../support/own-der.ts';
import { createScene, type Scene } from '../../support/scene.ts';
import { ATTRIBUTE, attribute, bytes, latin1, nameDer, utf8 } from '../../support/tlv.ts';

const { CN, O, OU, C, jurisdiction } = ATTRIBUTE;
const UTF8 = 0x0c;
const PRINTABLE = 0x13;
const TELETEX = 0x14;
const IA5 = 0x16;
const BMP = 0x1e;
const UNIVERSAL = 0x1c;
const UID = '0992268993f22c640101';
const DC = '0992268993f22c640119';

const contoso = [attribute(O, UTF8, utf8('Contoso'))];
const cn = (text: string) => [attribute(CN, UTF8, utf8(text))];
const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le').swap16());

/** Subjects that X.509 allows, and what Key Vault is asked for instead where its policy cannot carry them. */
const SUBJECTS: readonly [what: string, subject: Uint8Array, asked: string | undefined][] = [
  ['UTF-8', nameDer(contoso, cn('Gerät 漢 🚚')), undefined],
  [
    'PrintableString, in the order that Key Vault reverses',
    nameDer([attribute(C, PRINTABLE, latin1('DE'))], cn('Plant')),
    undefined,
  ],
  ['TeletexString', nameDer(contoso, [attribute(CN, TELETEX, latin1('Gerät'))]), undefined],
  ['BMPString', nameDer(contoso, [attribute(CN, BMP, utf16('Жé'))]), undefined],
  ['UniversalString', nameDer(contoso, [attribute(CN, UNIVERSAL, bytes('00000416'))]), undefined],
  ['IA5String', nameDer([attribute(DC, IA5, latin1('example'))], cn('Plant')), undefined],
  [
    'the same attribute twice',
    nameDer([attribute(OU, UTF8, utf8('a'))], [attribute(OU, UTF8, utf8('b'))], cn('Plant')),
    undefined,
  ],
  ['200 characters', nameDer(contoso, cn('x'.repeat(200 - 'CN=,O=Contoso'.length))), undefined],
  ['201 characters', nameDer(contoso, cn('x'.repeat(201 - 'CN=,O=Contoso'.length))), 'CN=plant-a-ca'],
  ['500 characters', nameDer(contoso, cn('x'.repeat(500))), 'CN=plant-a-ca'],
  [
    'a multi-valued RDN',
    nameDer(contoso, [attribute(CN, UTF8, utf8('a')), attribute(OU, UTF8, utf8('b'))]),
    'CN=plant-a-ca',
  ],
  ['a comma', nameDer([attribute(O, UTF8, utf8('Contoso, Ltd.'))], cn('Plant')), 'CN=plant-a-ca'],
  ['quotes, a backslash, an equals sign', nameDer(cn('"a\\b"=c')), 'CN=plant-a-ca'],
  ['a space at the end', nameDer(cn('Plant ')), 'CN=plant-a-ca'],
  ['a line break', nameDer(cn('Plant\nA')), 'CN=plant-a-ca'],
  [
    'a type without short name',
    nameDer([attribute(jurisdiction, PRINTABLE, latin1('DE'))], cn('Plant')),
    'CN=plant-a-ca',
  ],
  ['a UID', nameDer([attribute(UID, UTF8, utf8('7'))], cn('Plant')), 'CN=plant-a-ca'],
];

/** A DPS, and two empty vaults. */
const EMPTY = {
  version: 1 as const,
  vaults: [{ name: 'kv-root' }, { name: 'kv-fleet' }],
  provisioningServices: [{ name: 'dps-1' }],
};
const ROOT = { vault: 'kv-root', name: 'fleet-root', subject: nameDer(cn('Fleet Root')) };
const PLANT = { vault: 'kv-fleet', name: 'plant-a-ca' };
const PLANT_CA = { vaultUrl: vaultUrl(PLANT.vault), name: PLANT.name };

const years = (scene: Scene, count: number) => new Date(scene.clock.now.getTime() + count * 365 * 86_400_000);
const bodies = (scene: Scene) =>
  scene.calls.flatMap(({ path, body, status }) =>
    path.endsWith('/create') && status === 202
      ? [(body as { policy: { x509_props: { subject: string } } }).policy]
      : [],
  );

async function expectRenewed(
  scene: Scene,
  ca: { vault: string; name: string },
  subject: Uint8Array,
  trusted?: Uint8Array,
) {
  expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
  const der = generationsOf(scene, ca).at(-1)?.der ?? new Uint8Array();
  const renewed = readCertificate(der);
  expect(Buffer.from(renewed.subject)).toEqual(Buffer.from(subject));
  if (hasOpenssl)
    expect(opensslVerify({ certificate: der, trusted: [trusted ?? der], at: scene.clock.now })).toBe('OK');
  expect(await scene.entries('dps-1')).toMatchObject([{ thumbprint: renewed.thumbprint, isVerified: true }]);
  expect(await scan(scene.app)).toEqual([]);
}

describe.each(SUBJECTS)('a subject with %s', (_, subject, asked) => {
  it('is in the renewal of a subordinate, byte for byte', async () => {
    const scene = await createScene(EMPTY);
    const validity = { notBefore: years(scene, -2), notAfter: years(scene, 0.1) };
    const root = await mergeOwnDer(scene, { ...ROOT, notBefore: years(scene, -2), notAfter: years(scene, 18) });
    await disableSeed(scene, ROOT);
    await mergeOwnDer(scene, { ...PLANT, subject, issuer: ROOT, ...validity, tags: { dps: '*' } });
    await renew(scene.app, PLANT_CA, 'r1');
    await expectRenewed(scene, PLANT, subject, root);
    const [request, ...more] = bodies(scene);
    expect(more).toEqual([]);
    expect(request?.x509_props.subject === 'CN=plant-a-ca').toBe(asked !== undefined);
  });

  it('is in the renewal of a root with a new key, byte for byte', async () => {
    const scene = await createScene(EMPTY);
    const validity = { notBefore: years(scene, -9), notAfter: years(scene, 0.5) };
    await mergeOwnDer(scene, { ...PLANT, subject, ...validity, tags: { dps: '*' } });
    await disableSeed(scene, PLANT);
    await renew(scene.app, PLANT_CA, 'r1');
    await expectRenewed(scene, PLANT, subject);
    expect(generationsOf(scene, PLANT).map(({ enabled }) => enabled)).toEqual([false, true, false, true]);
  });
});

describe('a subordinate whose root is being renewed with a new key', () => {
  it('finds its issuer, even while the current version of that is a seed of another name', async () => {
    const scene = await createScene(EMPTY);
    const root = { ...ROOT, subject: nameDer([attribute(O, UTF8, utf8('Contoso, Ltd.'))], cn('Fleet Root')) };
    const plant = nameDer(cn('Plant A'));
    const der = await mergeOwnDer(scene, {
      ...root,
      notBefore: years(scene, -9),
      notAfter: years(scene, 0.9),
      tags: { dps: '*' },
    });
    await disableSeed(scene, ROOT);
    const validity = { notBefore: years(scene, -0.5), notAfter: years(scene, 0.05) };
    await mergeOwnDer(scene, { ...PLANT, subject: plant, issuer: root, ...validity, tags: { dps: '*' } });
    // Stopped right after its seed was made.
    scene.intercept = (method, path) => {
      if (method === 'POST' && path.endsWith('/create') && bodies(scene).length > 0) throw new Error('connection lost');
    };
    await expect(renew(scene.app, { vaultUrl: vaultUrl('kv-root'), name: 'fleet-root' }, 'r1')).rejects.toThrow();
    expect(bodies(scene)).toMatchObject([{ issuer: { name: 'Self' }, x509_props: { subject: 'CN=fleet-root' } }]);
    scene.intercept = () => undefined;
    // Paused as it is, so that it is not finished first.
    const rootVault = scene.app.ports.vaults.get(vaultUrl('kv-root'));
    const version = generationsOf(scene, ROOT).find(({ enabled }) => enabled)?.version ?? '';
    await rootVault?.setTags('fleet-root', version, { dps: '*', 'renew-key': 'new', paused: 'true' });
    await renew(scene.app, PLANT_CA, 'r2');
    expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
    const renewed = generationsOf(scene, PLANT).at(-1)?.der ?? new Uint8Array();
    if (hasOpenssl) expect(opensslVerify({ certificate: renewed, trusted: [der], at: scene.clock.now })).toBe('OK');
    expect(generationsOf(scene, PLANT)).toHaveLength(2);
  });
});

/** The version that a root made by hand began with. */
async function disableSeed(scene: Scene, ca: { vault: string; name: string }): Promise<void> {
  await disableVersion(scene, ca, generationsOf(scene, ca)[0]?.version ?? '');
}
