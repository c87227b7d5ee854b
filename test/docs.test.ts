import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { REFUSAL_REASONS, WAIT_REASONS } from '../shared/lifecycle/reasons.ts';
import { OWN_REASONS } from '../shared/operations/planned.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(posix.join(ROOT, file), 'utf8');
const operations = read('docs/operations.md');
const settings = read('shared/settings.ts');
const readme = read('README.md');
const sample = JSON.parse(read('local.settings.sample.json')) as { Values: Record<string, string> };

/** Names of settings that the code reads, as they stand in it. */
const SETTINGS = [...new Set(settings.match(/\b[A-Z]+(?:_[A-Z]+)+\b|\bMODE\b/g))].filter((name) =>
  new RegExp(`(?:read\\('|environment\\.)${name}\\b`).test(settings),
);

const REASONS = [REFUSAL_REASONS, WAIT_REASONS, OWN_REASONS].flatMap((reasons) => Object.keys(reasons));

describe('the documentation', () => {
  it.each(REASONS)('explains the reason %s', (reason) => {
    expect(operations).toMatch(new RegExp(`^- .*\`${reason}\``, 'm'));
  });

  it.each([...read('shared/events.ts').matchAll(/event: '(\w+)'/g)].map(([, name]) => name))(
    'lists the event %s',
    (event) => {
      expect(operations).toContain(`\`${event}\``);
    },
  );

  it.each(SETTINGS)('has the setting %s in the README and in the sample', (name) => {
    expect(readme).toContain(`\`${name}\``);
    expect(Object.keys(sample.Values)).toContain(name);
  });

  it('knows the settings at all', () => {
    expect(SETTINGS).toContain('KEY_VAULT_URLS');
    expect(SETTINGS.length).toBeGreaterThanOrEqual(7);
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
