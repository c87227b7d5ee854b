import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { REFUSAL_REASONS, STEP_REASONS, WAIT_REASONS } from '../shared/lifecycle/reasons.ts';
import { OWN_REASONS } from '../shared/operations/planned.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(posix.join(ROOT, file), 'utf8');
const operations = read('docs/operations.md');
const settings = read('shared/settings.ts');
const readme = read('README.md');
const sample = JSON.parse(read('local.settings.sample.json')) as { Values: Record<string, string> };

/** Names of settings that the code reads, as they stand in it; mixed case is the host's own. */
const SETTINGS = [
  ...new Set([...settings.matchAll(/(?:read\('|environment\.)([A-Z][A-Z_]+)\b/g)].map(([, name = '']) => name)),
];

/** The sections of the runbook that are lists of codes, and where each code is from. */
const LISTS = {
  '### Why a renewal is refused': Object.keys(REFUSAL_REASONS),
  '### Why a lane rests': Object.keys(WAIT_REASONS),
  '### Why a step is taken': Object.keys(STEP_REASONS),
  '### What only a plan says': Object.keys(OWN_REASONS),
  '## Alerts': [...read('infra/modules/alerts.bicep').matchAll(/^ {4}name: '([\w-]+)'$/gm)].map(
    ([, name = '']) => name,
  ),
};

describe('the documentation', () => {
  it.each(Object.entries(LISTS))('has under %s an entry for each code, and for nothing else', (heading, codes) => {
    const entries = linesBelow(operations, heading)
      .filter((line) => line.startsWith('-'))
      // A line that is no entry, or has no text, stands for itself.
      .map((line) => /^- `([\w-]+)` – \S/.exec(line)?.[1] ?? line);
    expect(entries.sort()).toEqual([...codes].sort());
  });

  it('knows the alerts at all, each with its query', () => {
    const queries = read('infra/modules/alerts.bicep').match(/loadTextContent\('\.\.\/queries\/[\w-]+\.kql'\)/g);
    expect(LISTS['## Alerts'].map((name) => `loadTextContent('../queries/${name}.kql')`)).toEqual(queries);
  });

  it.each([...read('shared/events.ts').matchAll(/event: '(\w+)'/g)].map(([, name]) => name))(
    'has a row for the event %s',
    (event) => {
      expect(
        linesBelow(operations, '## Events').filter((line) => firstCell(line).includes(`\`${event}\``)),
      ).toHaveLength(1);
    },
  );

  it('has the settings that the code reads in the README, in its table, and no others', () => {
    const rows = linesBelow(readme, '## Settings').flatMap((line) => /^`(\w+)`$/.exec(firstCell(line))?.[1] ?? []);
    expect(rows.sort()).toEqual([...SETTINGS].sort());
  });

  it.each(SETTINGS)('has the setting %s in the sample', (name) => {
    expect(Object.keys(sample.Values)).toContain(name);
  });

  it('knows the settings at all', () => {
    expect(SETTINGS).toEqual(expect.arrayContaining(['KEY_VAULT_URLS', 'OVERLAP', 'NOTIFICATION_FORMAT']));
  });

  it.each([...readme.matchAll(/`npm (?:run )?([a-z:]+)/g)].map(([, name]) => name))(
    'names a command that exists: %s',
    (name) => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      expect(Object.keys(scripts)).toContain(name);
    },
  );
});

describe('a link of the documentation', () => {
  const PAGES = ['README.md', 'CONTRIBUTING.md', 'infra/README.md', ...globSync('docs/*.md', { cwd: ROOT }).sort()];
  /** The anchors of a page, as GitHub makes them of its headings. */
  const anchorsOf = (page: string) =>
    [...withoutCode(read(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    );
  const linksOf = (page: string) =>
    [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);

  it.each(PAGES)('in %s leads somewhere', (page) => {
    const dead = linksOf(page)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : posix.join(posix.dirname(page), path);
        if (globSync(target, { cwd: ROOT }).length === 0) return true;
        return anchor !== undefined && !anchorsOf(target).includes(anchor);
      });
    expect(dead).toEqual([]);
  });

  it('is found at all, with its anchor', () => {
    expect(linksOf('docs/operations.md')).toContain('#force-or-retry-a-renewal');
    expect(anchorsOf('docs/operations.md')).toContain('rotate-the-webhooks-function-key');
  });
});

function withoutCode(page: string): string {
  return page.replace(/^( *)```[\s\S]*?^\1```$/gm, '');
}

/** The lines of a section, up to the next heading of whatever rank. */
function linesBelow(page: string, heading: string): readonly string[] {
  const lines = page.split('\n');
  const from = lines.indexOf(heading) + 1;
  if (from === 0) throw new Error(`The page has no heading '${heading}'`);
  const to = lines.findIndex((line, at) => at >= from && line.startsWith('#'));
  return lines.slice(from, to === -1 ? undefined : to);
}

/** Of a row of a table; empty for any other line. */
function firstCell(line: string): string {
  return /^\| ([^|]*) \|/.exec(line)?.[1] ?? '';
}
