import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { renew } from '../../shared/operations/renew.ts';
import { scan } from '../../shared/operations/scan.ts';
import { bicepFiles, parseBicep } from '../support/bicep.ts';
import { type Role, rolesOf } from '../support/bicep-roles.ts';
import { enrolled, later, naming, OLD, RETIRE_AFTER_OVERLAP, turn } from '../support/moving.ts';
import { permissionOf } from '../support/permission-of.ts';
import { type Call, createScene } from '../support/scene.ts';
import { WAYS, wayOfIssuing } from '../support/ways.ts';

// What a role grants, what the documentation says it grants, and what the app needs are three lists that drift apart
// unless something compares them. What is needed is read off the calls that the real adapters make.

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const ROLES = ['provisioningService', 'keyVault', 'issuerKeyVault'] as const;
type RoleName = (typeof ROLES)[number];

const rolesFile = bicepFiles().find(({ file }) => file === 'modules/roles.bicep') ?? parseBicep('');
const roles = new Map(rolesOf(rolesFile).map((role) => [role.name, role]));
const granted = (name: RoleName) => actionsOf(roles.get(name));

function actionsOf(role: Role | undefined): readonly string[] {
  return [...(role?.actions ?? []), ...(role?.dataActions ?? [])].sort();
}

/** What one list has that the other has not. */
function difference(of: readonly string[], from: readonly string[]) {
  return {
    missing: [...new Set(from)].filter((each) => !of.includes(each)).sort(),
    superfluous: of.filter((each) => !from.includes(each)).sort(),
  };
}

/** Every way of issuing, each with its scan before and after. */
async function renewals(): Promise<Record<RoleName, readonly Call[]>> {
  const calls = { provisioningService: [] as Call[], keyVault: [] as Call[], issuerKeyVault: [] as Call[] };
  for (const way of WAYS) {
    const { seed, ca, issuer, name } = wayOfIssuing(way);
    const scene = await createScene(seed);
    await scan(scene.app);
    await renew(scene.app, ca, 'r1');
    await scan(scene.app);
    for (const call of scene.calls) {
      const isIssuer = issuer.vault !== name.vault && call.path.startsWith(`//${issuer.vault}.`);
      if (isIssuer) calls.issuerKeyVault.push(call);
      else if (call.path.includes('.vault.azure.net/')) calls.keyVault.push(call);
      else calls.provisioningService.push(call);
    }
  }
  return calls;
}

/** A group and a device that move, and let go of the old version once every device is proved to have moved, or at once. */
async function movesAndRetirements(): Promise<readonly Call[]> {
  const webhookUrl = 'https://app.example/api/allocate?code=k3y';
  const enrollments = {
    enrollmentGroups: [{ ...naming('line-1'), webhookUrl }],
    individualEnrollments: [{ ...naming('pump-1', OLD), webhookUrl }],
  };
  const calls: Call[] = [];
  for (const retire of ['overlap', 'unused'] as const) {
    const scene = await createScene(enrolled([enrollments]), new Date('2030-01-01T00:00:00Z'), {
      wishes: { ...RETIRE_AFTER_OVERLAP, retire, webhookUrl },
    });
    await turn(scene);
    later(scene, 31);
    await turn(scene);
    calls.push(...scene.calls);
  }
  return calls;
}

describe('a role grants what the app calls, and nothing else', () => {
  let called: Record<RoleName, readonly string[]>;

  beforeAll(async () => {
    const { provisioningService, keyVault, issuerKeyVault } = await renewals();
    const moves = await movesAndRetirements();
    const isOfVault = ({ path }: Call) => path.includes('.vault.azure.net/');
    called = {
      provisioningService: [...provisioningService, ...moves.filter((call) => !isOfVault(call))].map(permissionOf),
      keyVault: [...keyVault, ...moves.filter(isOfVault)].map(permissionOf),
      issuerKeyVault: issuerKeyVault.map(permissionOf),
    };
  });

  it.each(ROLES)('%s', (name) => {
    expect(difference(granted(name), called[name])).toEqual({ missing: [], superfluous: [] });
  });

  it.each(ROLES.flatMap((name) => granted(name).map((action) => ({ name, action }))))(
    'and would fail if $name lost $action',
    ({ name, action }) => {
      const without = granted(name).filter((each) => each !== action);
      expect(difference(without, called[name]).missing).toEqual([action]);
    },
  );

  it.each(ROLES)('and would fail if %s were granted one more', (name) => {
    const more = 'Microsoft.KeyVault/vaults/secrets/getSecret/action';
    expect(difference([...granted(name), more], called[name]).superfluous).toEqual([more]);
  });
});

describe('a call is never granted by accident', () => {
  const SERVICE = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/provisioningServices/d';

  it.each([
    ['POST', `${SERVICE}/listkeys`],
    ['PUT', SERVICE],
    ['DELETE', '//d.azure-devices-provisioning.net/enrollmentGroups/line-1'],
    ['POST', '//d.azure-devices-provisioning.net/enrollments'],
    ['DELETE', '//d.azure-devices-provisioning.net/registrations/pump-1'],
    ['GET', '//kv.vault.azure.net/secrets/ca'],
    ['DELETE', '//kv.vault.azure.net/certificates/ca'],
    ['DELETE', '//kv.vault.azure.net/deletedcertificates/ca'],
    ['POST', '//kv.vault.azure.net/keys/ca/v1/decrypt'],
  ])('%s %s is known to no table', (method, path) => {
    expect(() => permissionOf({ method, path, body: undefined })).toThrow('Nobody knows which permission');
  });

  it('an upload that claims to be verified is refused', () => {
    const body = { properties: { isVerified: true } };
    expect(() => permissionOf({ method: 'PUT', path: `${SERVICE}/certificates/ca`, body })).toThrow('claims');
  });

  it.each(ROLES.flatMap((name) => granted(name)))('%s names one action', (action) => {
    expect(action).not.toContain('*');
    expect(action).not.toMatch(
      /secrets|purge|listkeys|provisioningServices\/write|enrollment\w*\/delete|registration\w*\/delete/i,
    );
  });
});

describe('the documentation of permissions', () => {
  const security = read('docs/security.md');
  /** Headings of docs/security.md, each with the table of a role below it. */
  const HEADINGS: Record<RoleName, string> = {
    provisioningService: 'On each DPS',
    keyVault: 'On each vault of managed CAs',
    issuerKeyVault: 'On each vault whose CAs only sign',
  };

  it.each(ROLES)('docs/security.md lists what %s grants, each with its reason', (name) => {
    const section = security.split(/^#+ /m).find((part) => part.startsWith(HEADINGS[name])) ?? '';
    const rows = [...section.matchAll(/^\| `(Microsoft\.[\w./]+)` \| (.+) \|$/gm)];
    expect(rows.map(([, action]) => action).sort()).toEqual(granted(name));
    for (const [, , reason = ''] of rows) expect(reason.trim()).not.toBe('');
  });

  it('the README lists the same actions', () => {
    const section =
      read('README.md')
        .split(/^## /m)
        .find((part) => part.startsWith('Permissions')) ?? '';
    const listed = section.split('\n').flatMap(spansOfRow);
    const all = [...new Set(ROLES.flatMap(granted))];
    const isListed = (action: string) => listed.some((span) => action.toLowerCase().endsWith(`/${span.toLowerCase()}`));
    const isGranted = (span: string) => all.some((action) => action.toLowerCase().endsWith(`/${span.toLowerCase()}`));
    expect(all.filter((action) => !isListed(action))).toEqual([]);
    expect(listed.filter((span) => !isGranted(span))).toEqual([]);
  });

  /** The actions of a row: `…/write` after `…/enrollments/read` is enrollments/write. */
  function spansOfRow(row: string): readonly string[] {
    const spans = row.startsWith('|') ? [...row.matchAll(/`(?:…\/)?((?:\w+\/)*(?:read|write|delete|action))`/gi)] : [];
    let before: readonly string[] = [];
    return spans.map(([, span = '']) => {
      const segments = span.split('/');
      before = segments.length > 1 ? segments : [...before.slice(0, -1), span];
      return before.join('/');
    });
  }
});
