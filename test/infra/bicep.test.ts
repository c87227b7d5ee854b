import { describe, expect, it } from 'vitest';
import { bicepFiles, parseBicep, syntaxFaults } from '../support/bicep.ts';
import { moduleFaults } from '../support/bicep-modules.ts';
import { symbolFaults } from '../support/bicep-symbols.ts';

// There is no Bicep compiler on a machine with npm alone. A grammar, and what a compiler would say of names, find most
// of what goes wrong while editing.

const files = bicepFiles();

describe.each(files)('infra/$file', (bicep) => {
  it('parses', () => {
    expect(syntaxFaults(bicep)).toEqual([]);
  });

  it('uses what it declares, and declares what it uses', () => {
    expect(symbolFaults(bicep)).toEqual([]);
  });

  it('gives its modules what they take, and reads what they give', () => {
    expect(moduleFaults(bicep, files)).toEqual([]);
  });
});

it('there are files at all', () => {
  expect(files.map(({ file }) => file)).toContain('main.bicep');
  expect(files.length).toBeGreaterThan(10);
});

describe('a planted fault of syntax is found', () => {
  const SOUND = `param a string\nvar b = [a, 'x']\noutput c object = {\n  d: '\${a}-\${b[0]}'\n}\n`;

  it('and none where there is none', () => {
    expect(syntaxFaults(parseBicep(SOUND))).toEqual([]);
  });

  it.each([
    ['a brace is missing', SOUND.replace('}\n', '')],
    ['a bracket is missing', SOUND.replace(']\n', '\n')],
    ['a quote is missing', SOUND.replace("'x'", "'x")],
    ['an equals sign is missing', SOUND.replace('b =', 'b')],
    ['a colon is missing', SOUND.replace('d:', 'd')],
    ['an interpolation is not closed', SOUND.replace('{a}', '{a')],
    ['a keyword is misspelt', SOUND.replace('param', 'parameter')],
  ])('%s', (_, text) => {
    expect(syntaxFaults(parseBicep(text))).not.toEqual([]);
  });
});

describe('a planted fault of names is found', () => {
  it.each([
    ['an undefined symbol', 'output x string = y\n', "1: the symbol 'y' is not defined"],
    ['one within a string', `output x string = 'a\${y}'\n`, "1: the symbol 'y' is not defined"],
    ['a loop that looks beyond itself', 'output x array = [for a in [1]: b]\n', "1: the symbol 'b' is not defined"],
    ['a lambda that looks beyond itself', 'output x array = map([1], a => b)\n', "1: the symbol 'b' is not defined"],
    [
      'a variable of a loop, after it',
      'output x array = [for a in [1]: a]\noutput z int = a\n',
      "2: the symbol 'a' is not defined",
    ],
    ['an undefined function', "output x string = tolower('A')\n", "1: the function 'tolower' is not defined"],
    ['an unused parameter', 'param p string\n', "1: 'p' is never used"],
    ['an unused variable', 'var v = 1\n', "1: 'v' is never used"],
    [
      'an unused existing resource',
      "resource r 'Microsoft.Web/sites@2024-04-01' existing = {\n  name: 'r'\n}\n",
      "1: 'r' is never used",
    ],
    ['a name declared twice', 'var v = 1\nvar v = 2\noutput x int = v\n', "2: 'v' is declared twice"],
    [
      'a type without a version',
      "resource r 'Microsoft.Web/sites' = {\n  name: 'r'\n}\n",
      "1: 'Microsoft.Web/sites' is no type@version",
    ],
    [
      'a malformed version',
      "resource r 'Microsoft.Web/sites@2024-4-1' = {\n  name: 'r'\n}\n",
      "1: 'Microsoft.Web/sites@2024-4-1' is no type@version",
    ],
  ])('%s', (_, text, fault) => {
    expect(symbolFaults(parseBicep(text))).toEqual([fault]);
  });
});

describe('a planted fault of modules is found', () => {
  const target = parseBicep('param a string\nparam b string = a\noutput c string = b\n', 'modules/target.bicep');
  const using = (body: string, rest = '') => parseBicep(`module m 'modules/target.bicep' = ${body}\n${rest}`);

  it('and none where there is none', () => {
    const bicep = using("{\n  params: {\n    a: 'x'\n  }\n}", 'output c string = m.outputs.c\n');
    expect(moduleFaults(bicep, [target])).toEqual([]);
  });

  it.each([
    [
      'a file that is not there',
      parseBicep("module m 'modules/none.bicep' = {}\n"),
      "m: there is no file 'modules/none.bicep'",
    ],
    ['an unknown parameter', using("{\n  params: {\n    a: 'x'\n    z: 1\n  }\n}"), "m: has no parameter 'z'"],
    ['a missing parameter', using('{\n  params: {}\n}'), "m: is not given 'a'"],
    ['a missing parameter in a loop', using('[for x in [1]: {\n  params: {}\n}]'), "m: is not given 'a'"],
    [
      'an unknown output',
      using("{\n  params: {\n    a: 'x'\n  }\n}", 'output z string = m.outputs.z\n'),
      "m: has no output 'z'",
    ],
    [
      'an output of a module that may not be there',
      using("if (true) {\n  params: {\n    a: 'x'\n  }\n}", 'output c string = m.outputs.c\n'),
      "m: may not be there for its output 'c'",
    ],
  ])('%s', (_, bicep, fault) => {
    expect(moduleFaults(bicep, [target])).toEqual([fault]);
  });
});
