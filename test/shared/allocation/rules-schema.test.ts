import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DENIAL_REASONS } from '../../../shared/allocation/denial-reasons.ts';
import { faultsOf } from '../../support/allocation-builders.ts';
import { FULL_RULES, oneRule, RULE_FAULTS } from '../../support/allocation-faults.ts';
import { counted } from '../../support/counts.ts';

const read = (file: string) => readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
const page = read('allocation.md');
const schema = z.fromJSONSchema(JSON.parse(read('allocation-rules.schema.json')));
const EXAMPLES = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text);

describe('the JSON Schema of the rules', () => {
  it('accepts everything that rules may hold', () => {
    expect(schema.safeParse(FULL_RULES)).toMatchObject({ success: true });
  });

  it.each(RULE_FAULTS)('rejects %j', (rules) => {
    expect(schema.safeParse(rules).success).toBe(false);
  });

  it('agrees with the parser about rules with a part replaced', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        'a',
        'hub-a',
        'CN=x',
        '*',
        true,
        1,
        {},
        ['hub-a'],
        { 'hub-a': 1 },
        { '/x': { equals: 1 } },
        { tags: {} },
      ),
    );
    const names = fc.constantFrom(
      'name',
      'description',
      'hubs',
      'sticky',
      'deny',
      'initialTwin',
      'payload',
      'match',
      'x',
    );
    const conditions = fc.constantFrom('enrollment', 'registrationId', 'issuer', 'issuerThumbprint', 'payload', 'x');
    const rule = fc.oneof(
      fc.dictionary(names, value, { maxKeys: 3 }).map((members) => oneRule(members)),
      fc.dictionary(conditions, value, { maxKeys: 2 }).map((match) => oneRule({ match })),
    );
    fc.assert(
      fc.property(rule, (rules) => {
        const faults = faultsOf(rules).filter((fault) => !/must be there once|weight above 0/.test(fault));
        expect({ rules, right: schema.safeParse(rules).success }).toStrictEqual({ rules, right: faults.length === 0 });
      }),
      { numRuns: counted(1000, 20_000) },
    );
  });
});

describe('docs/allocation.md', () => {
  it('has two examples', () => expect(EXAMPLES).toHaveLength(2));

  it.each(EXAMPLES.map((text, index) => [index + 1, text] as const))(
    'shows rules that are right: %i',
    (_index, text) => {
      expect(faultsOf(text)).toStrictEqual([]);
      expect(schema.safeParse(JSON.parse(text)).success).toBe(true);
    },
  );

  it.each(Object.keys(DENIAL_REASONS))('explains the reason %s', (reason) => {
    expect(page).toMatch(new RegExp(`^- \`${reason}\` – `, 'm'));
  });
});
