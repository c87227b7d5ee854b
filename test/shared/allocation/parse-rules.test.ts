import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../shared/allocation/parse-rules.ts';
import { faultsOf } from '../../support/allocation-builders.ts';
import { FULL_RULES, RULE_FAULTS, RULE_FAULTS_BEYOND_SCHEMA } from '../../support/allocation-faults.ts';

describe('parseRules', () => {
  it.each([...RULE_FAULTS, ...RULE_FAULTS_BEYOND_SCHEMA])('%j: %s', (rules, fault) => {
    expect(faultsOf(rules)).toStrictEqual([fault]);
  });

  it('reads everything that rules may hold', () => {
    const parsed = parseRules(`\uFEFF${JSON.stringify(FULL_RULES)}`);
    expect(parsed).toMatchObject({
      rules: [
        { name: 'full', outcome: { sticky: false, payload: FULL_RULES.rules[0]?.payload } },
        { name: 'denied', match: {}, outcome: { deny: 'No.' } },
        { name: 'rest', outcome: { hubs: new Map([['hub-a', undefined]]), sticky: true } },
        { name: 'bare', match: {}, outcome: { sticky: true } },
      ],
    });
    expect('rules' in parsed && parsed.rules[0]?.outcome).toMatchObject({
      hubs: new Map([
        ['hub-a.azure-devices.net', 0.5],
        ['hub-b', 0],
      ]),
    });
  });

  it('reads no rules at all', () => {
    expect(parseRules('{"rules":[]}')).toStrictEqual({ rules: [] });
  });

  it('reports all faults of all rules at once', () => {
    const rules = [
      { name: 'a', match: { enrollment: '', payload: { '/x': {} } }, sticky: 1 },
      { name: 'a', hubs: { '': 'x' }, initialTwin: 7 },
    ];
    expect(faultsOf({ rules, more: 1 }).map((fault) => fault.split(': ')[0])).toStrictEqual([
      'more',
      'rules[0].match.enrollment',
      'rules[0].match.payload["/x"]',
      'rules[0].sticky',
      'rules[1].hubs[""]',
      'rules[1].hubs[""]',
      'rules[1].initialTwin',
      'rules[1].name',
    ]);
  });

  it.each([
    ['{"rules":\n[}', /^the rules: cannot be read as JSON: .*'}'/],
    ['{"rules":[],}', /^the rules: cannot be read as JSON: .*\(line 1 column 13\)$/],
    ['', /^the rules: cannot be read as JSON: a text of 0 characters that does not begin with '{'$/],
    [
      'AccountKey=c2VjcmV0',
      /^the rules: cannot be read as JSON: a text of 19 characters that does not begin with '{'$/,
    ],
  ])('says why %j is no JSON, and quotes nothing that may be a secret', (text, fault) => {
    expect(faultsOf(text)).toStrictEqual([expect.stringMatching(fault)]);
  });

  it('does not take what JSON calls __proto__ for the prototype', () => {
    expect(faultsOf('{"rules":[],"__proto__":{"polluted":true}}')).toStrictEqual([
      '__proto__: is not known here, only $schema, rules are',
    ]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
