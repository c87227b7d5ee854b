import { describe, expect, it } from 'vitest';
import { rulesSource } from '../../../shared/allocation/rules-source.ts';

describe('rulesSource', () => {
  it.each([
    [undefined, undefined],
    ['  ', undefined],
    [' {"rules":[]}\n', { inline: '{"rules":[]}' }],
    ['[]', { inline: '[]' }],
    ['rules/allocation.json', { file: 'rules/allocation.json' }],
  ])('%j is %j', (setting, source) => {
    expect(rulesSource(setting)).toStrictEqual(source);
  });
});
