import { posix } from 'node:path';
import type { Node } from 'web-tree-sitter';
import { type Bicep, bodyOf, namedChildrenOf, nameOf, nodesIn, propertiesOf, textOf } from './bicep.ts';

/** What a file takes and gives. */
interface Signature {
  /** Name → whether a value must be given. */
  readonly parameters: ReadonlyMap<string, boolean>;
  readonly outputs: ReadonlySet<string>;
}

/**
 * What a compiler would say of a file's modules, `module: sentence`: files that are not there, parameters that they do
 * not have or that are not given, outputs that they do not have, and outputs that nothing could be sure of: those of a
 * module that may not be deployed.
 * @param files every file there is
 */
export function moduleFaults({ file, root }: Bicep, files: readonly Bicep[]): readonly string[] {
  const modules = namedChildrenOf(root).filter(({ type }) => type === 'module_declaration');
  const outputs = nodesIn(root).flatMap(outputUse);
  return modules.flatMap((module) => {
    const name = nameOf(module);
    const path = posix.join(posix.dirname(file), textOf(namedChildrenOf(module)[1]));
    const target = files.find((each) => each.file === path);
    if (target === undefined) return [`${name}: there is no file '${path}'`];
    const { parameters, outputs: given } = signatureOf(target);
    const passed = propertiesOf(propertiesOf(bodyOf(module)).get('params'));
    const read = outputs.filter((use) => use.module === name);
    const isConditional = nodesIn(module).some(({ type }) => type === 'if_statement');
    return [
      ...[...passed.keys()].flatMap((each) => (parameters.has(each) ? [] : `${name}: has no parameter '${each}'`)),
      ...[...parameters].flatMap(([each, isRequired]) =>
        isRequired && !passed.has(each) ? `${name}: is not given '${each}'` : [],
      ),
      ...read.flatMap(({ output }) => (given.has(output) ? [] : `${name}: has no output '${output}'`)),
      ...read.flatMap(({ output }) => (isConditional ? `${name}: may not be there for its output '${output}'` : [])),
    ];
  });
}

function signatureOf({ root }: Bicep): Signature {
  const all = namedChildrenOf(root);
  const parameters = all.filter(({ type }) => type === 'parameter_declaration');
  const outputs = all.filter(({ type }) => type === 'output_declaration');
  // Name and type; whatever comes third is the default.
  const isRequired = (node: Node) => namedChildrenOf(node).length < 3;
  return {
    parameters: new Map(parameters.map((node) => [nameOf(node), isRequired(node)])),
    outputs: new Set(outputs.map(nameOf)),
  };
}

/** `module.outputs.output`, or of one in a loop, `module[0].outputs.output`. */
function outputUse(node: Node): readonly { readonly module: string; readonly output: string }[] {
  const [object, output] = namedChildrenOf(node);
  if (node.type !== 'member_expression' || object?.type !== 'member_expression' || !output) return [];
  const [module, property] = namedChildrenOf(object);
  if (property?.text !== 'outputs' || module === undefined) return [];
  return [{ module: /^\w+/.exec(module.text)?.[0] ?? '', output: output.text }];
}
