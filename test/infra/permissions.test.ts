import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { bicepFiles, parseBicep } from '../support/bicep.ts';
import { rolesOf } from '../support/bicep-roles.ts';
import { kindOfAction, permissionOf } from '../support/permission-of.ts';
import { type RecordedCall, recordLives } from '../support/recorded-calls.ts';

// What a role grants, what the documentation says it grants, and what the app needs are three lists that drift apart
// unless something compares them. What is needed is read off the emulator's log of what the real adapters have called.

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const ROLES = ['provisioningService', 'keyVault', 'issuerKeyVault'] as const;
type RoleName = (typeof ROLES)[number];
/** A role grants an action on a resource in one list, and on the data in it in another: in the wrong one it grants nothing. */
const KINDS = ['actions', 'dataActions'] as const;
type Actions = Readonly<Record<(typeof KINDS)[number], readonly string[]>>;

const rolesFile = bicepFiles().find(({ file }) => file === 'modules/roles.bicep') ?? parseBicep('');
const roles = new Map<string, Actions>(rolesOf(rolesFile).map((role) => [role.name, role]));
const granted = (name: RoleName): Actions => roles.get(name) ?? { actions: [], dataActions: [] };
const allOf = ({ actions, dataActions }: Actions) => [...actions, ...dataActions].sort();

/** What one list has that the other has not, kind by kind. */
function difference(of: Actions, from: Actions) {
  const missing = KINDS.flatMap((kind) => from[kind].filter((each) => !of[kind].includes(each)));
  const superfluous = KINDS.flatMap((kind) => of[kind].filter((each) => !from[kind].includes(each)));
  return { missing: missing.sort(), superfluous: superfluous.sort() };
}

function roleOf({ path, isToIssuer }: RecordedCall): RoleName {
  if (isToIssuer) return 'issuerKeyVault';
  return path.includes('.vault.azure.net/') ? 'keyVault' : 'provisioningService';
}

/** Which actions these calls need of a role. */
function neededOf(name: RoleName, calls: readonly RecordedCall[]): Actions {
  const needed = { actions: new Set<string>(), dataActions: new Set<string>() };
  for (const call of calls) if (roleOf(call) === name) needed[kindOfAction(call)].add(permissionOf(call));
  return { actions: [...needed.actions], dataActions: [...needed.dataActions] };
}

describe('a role grants what the app calls, and nothing else', () => {
  let calls: readonly RecordedCall[];
  const called = (name: RoleName) => neededOf(name, calls);

  beforeAll(async () => {
    calls = await recordLives();
  }, 60_000);

  it.each(ROLES)('%s', (name) => {
    expect(difference(granted(name), called(name))).toEqual({ missing: [], superfluous: [] });
  });

  const each = ROLES.flatMap((name) =>
    KINDS.flatMap((kind) => granted(name)[kind].map((action) => ({ name, kind, action }))),
  );

  it.each(each)('and would fail if $name lost $action', ({ name, kind, action }) => {
    const without = { ...granted(name), [kind]: granted(name)[kind].filter((other) => other !== action) };
    expect(difference(without, called(name))).toEqual({ missing: [action], superfluous: [] });
  });

  it.each(each)('and would fail if $name had $action in the other list', ({ name, kind, action }) => {
    const other = kind === 'actions' ? 'dataActions' : 'actions';
    const role = granted(name);
    const moved = { ...role, [kind]: role[kind].filter((one) => one !== action), [other]: [...role[other], action] };
    expect(difference(moved, called(name))).toEqual({ missing: [action], superfluous: [action] });
  });

  it.each(ROLES.flatMap((name) => KINDS.map((kind) => ({ name, kind }))))(
    'and would fail if $name were granted one more of its $kind',
    ({ name, kind }) => {
      const more = 'Microsoft.KeyVault/vaults/secrets/getSecret/action';
      const role = { ...granted(name), [kind]: [...granted(name)[kind], more] };
      expect(difference(role, called(name))).toEqual({ missing: [], superfluous: [more] });
    },
  );

  it.each([
    ['a request that was overtaken is given up', 'DELETE', /\/certificates\/plant-a-ca\/pending$/],
    ['a root with a new key gets its policy back', 'PATCH', /\/certificates\/plant-a-ca\/policy$/],
    ['tags are written, and a seed is disabled', 'PATCH', /\/certificates\/plant-a-ca\/[0-9a-f]{32}$/],
    ['registrations of a group are read', 'POST', /\/registrations\/line-1\/query$/],
    ['a registration of a device is read', 'GET', /\/registrations\/press-1$/],
    ['an entry is retired', 'DELETE', /\/certificates\/plant-a$/],
  ])('the log has what is rare: %s', (_, method, path) => {
    expect(calls.some((call) => call.method === method && path.test(call.path))).toBe(true);
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

  it.each(ROLES.flatMap((name) => allOf(granted(name))))('%s names one action', (action) => {
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
    expect(rows.map(([, action]) => action).sort()).toEqual(allOf(granted(name)));
    for (const [, , reason = ''] of rows) expect(reason.trim()).not.toBe('');
  });

  it('the README lists the same actions', () => {
    const section =
      read('README.md')
        .split(/^## /m)
        .find((part) => part.startsWith('Permissions')) ?? '';
    const listed = section.split('\n').flatMap(spansOfRow);
    const all = [...new Set(ROLES.flatMap((name) => allOf(granted(name))))];
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
