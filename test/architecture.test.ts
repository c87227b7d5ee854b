import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The rules on who may import whom stand in biome.json. Rules that nothing has ever broken may be rules that do not
// work, so here each one is broken on purpose, in a copy of the project's configuration.

const root = fileURLToPath(new URL('..', import.meta.url));
const biome = join(root, 'node_modules/.bin/biome');

const VIOLATIONS = {
  'shared/lifecycle/sdk.ts': ["import '@azure/keyvault-keys';", 'noRestrictedImports'],
  'shared/lifecycle/adapter.ts': ["import '../azure/key-vault.ts';", 'noRestrictedImports'],
  'shared/lifecycle/operation.ts': ["import '../operations/renew.ts';", 'noRestrictedImports'],
  'shared/lifecycle/clock.ts': ['export const now = Date.now();', 'plugin'],
  'shared/lifecycle/date.ts': ['export const now = new Date();', 'plugin'],
  'shared/lifecycle/bare-date.ts': ['export const now = new Date;', 'plugin'],
  'shared/lifecycle/date-text.ts': ['export const now = Date();', 'plugin'],
  'shared/lifecycle/chance.ts': ['export const chance = Math.random();', 'plugin'],
  'shared/lifecycle/environment.ts': ['export const path = process.env.PATH;', 'noRestrictedGlobals'],
  'shared/x509/file.ts': ["import 'node:fs';", 'noRestrictedImports'],
  'shared/x509/uuid.ts': ['export const id = crypto.randomUUID();', 'noRestrictedGlobals'],
  'shared/x509/random.ts': [
    "import { randomBytes } from 'node:crypto';\nexport const x = randomBytes;",
    'noRestrictedImports',
  ],
  'shared/x509/star.ts': ["import * as crypto from 'node:crypto';\nexport const x = crypto;", 'noRestrictedImports'],
  'shared/allocation/clock.ts': ['export const now = Date.now();', 'plugin'],
  'shared/allocation/environment.ts': ['export const path = process.env.PATH;', 'noRestrictedGlobals'],
  'shared/allocation/adapter.ts': ["import '../azure/key-vault.ts';", 'noRestrictedImports'],
  'shared/allocation/random.ts': [
    "import { randomBytes } from 'node:crypto';\nexport const x = randomBytes;",
    'noRestrictedImports',
  ],
  'shared/status/clock.ts': ['export const now = new Date();', 'plugin'],
  'shared/status/operation.ts': ["import '../operations/scan.ts';", 'noRestrictedImports'],
  'shared/status/environment.ts': ['export const path = process.env.PATH;', 'noRestrictedGlobals'],
  'shared/status/random.ts': [
    "import { randomBytes } from 'node:crypto';\nexport const x = randomBytes;",
    'noRestrictedImports',
  ],
  'shared/operations/clock.ts': ['export const now = new Date();', 'plugin'],
  'shared/operations/chance.ts': ['export const chance = Math.random();', 'plugin'],
  'shared/operations/network.ts': ["export const answer = fetch('https://example.com');", 'noRestrictedGlobals'],
  'shared/operations/lazy.ts': ["export const vault = () => import('../azure/key-vault.ts');", 'noRestrictedImports'],
  'shared/operations/again.ts': ["export * from '../compose.ts';", 'noRestrictedImports'],
  'shared/azure/deciding.ts': ["import '../lifecycle/next-step.ts';", 'noRestrictedImports'],
  'shared/telemetry/vault.ts': ["import '../azure/key-vault.ts';", 'noRestrictedImports'],
  'shared/notifications/vault.ts': ["import '../azure/key-vault.ts';", 'noRestrictedImports'],
  'shared/knowing.ts': ["import './azure/key-vault.ts';", 'noRestrictedImports'],
  'shared/sdk.ts': ["import '@azure/identity';", 'noRestrictedImports'],
  'shared/compose.ts': ["import '../local/emulator/emulator.ts';", 'noRestrictedImports'],
  'shared/compose-allocation.ts': ["import './azure/documents.ts';", 'noRestrictedImports'],
  'shared/compose-asking.ts': ["import '@azure/identity';", 'noRestrictedImports'],
  'shared/compose-evidence.ts': ["import '@azure/data-tables';", 'noRestrictedImports'],
  'shared/compose-status.ts': ["import './azure/documents.ts';", 'noRestrictedImports'],
  'shared/reading.ts': ['export const path = process.env.PATH;', 'noRestrictedGlobals'],
  'functions/short-cut.ts': ["import '../shared/azure/key-vault.ts';", 'noRestrictedImports'],
  'local/emulator/same-eyes.ts': ["import '../../shared/x509/certificate.ts';", 'noRestrictedImports'],
  'functions/floating.ts': ['async function run() {}\nrun();', 'noFloatingPromises'],
} as const;

describe('the rules of the house', () => {
  let project: string;
  let report: string;

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'architecture-'));
    for (const file of ['biome.json', 'lint', '.gitignore', 'tsconfig.json']) {
      cpSync(join(root, file), join(project, file), { recursive: true });
    }
    spawnSync('git', ['init', '--quiet'], { cwd: project });
    for (const [file, [text]] of Object.entries(VIOLATIONS)) {
      mkdirSync(dirname(join(project, file)), { recursive: true });
      writeFileSync(join(project, file), `${text}\n`);
    }
    const options = ['lint', '--colors=off', '--max-diagnostics=none', '.'];
    const { stdout, stderr } = spawnSync(biome, options, { cwd: project, encoding: 'utf8' });
    report = stdout + stderr;
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it.each(Object.entries(VIOLATIONS))('a planted violation fails the lint: %s', (file, [, rule]) => {
    const findings = report.split('\n').filter((line) => line.startsWith(`${file}:`));
    expect(findings.join('\n')).toContain(rule);
  });
});
