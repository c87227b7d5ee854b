import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REFUSAL_REASONS, WAIT_REASONS } from '../shared/lifecycle/reasons.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const operations = read('docs/operations.md');
const settings = read('shared/settings.ts');
const readme = read('README.md');
const sample = JSON.parse(read('local.settings.sample.json')) as { Values: Record<string, string> };

/** Names of settings that the code reads, as they stand in it. */
const SETTINGS = [...new Set(settings.match(/\b[A-Z]+(?:_[A-Z]+)+\b|\bMODE\b/g))].filter((name) =>
  new RegExp(`(?:read\\('|environment\\.)${name}\\b`).test(settings),
);

describe('the documentation', () => {
  it.each([...Object.keys(REFUSAL_REASONS), ...Object.keys(WAIT_REASONS)])('explains the reason %s', (reason) => {
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
