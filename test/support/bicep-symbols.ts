import type { Node } from 'web-tree-sitter';
import { type Bicep, namedChildrenOf, nameOf, nodesIn, textOf } from './bicep.ts';

/** The functions that the project's files use; one that is missing here is new to it, or misspelt. */
const FUNCTIONS = new Set(
  `concat empty environment filter first guid items join listKeys loadTextContent map replace resourceGroup resourceId
  split string subscription subscriptionResourceId tenant toLower union uniqueString`.split(/\s+/),
);
const DECLARATIONS = new Set([
  'parameter_declaration',
  'variable_declaration',
  'resource_declaration',
  'module_declaration',
]);
/** Types may look like names, and decorators hold literals only. */
const WITHOUT_SYMBOLS = new Set(['type', 'primitive_type', 'property_identifier', 'decorator', 'comment']);
const TYPE_AND_VERSION = /^Microsoft\.[A-Za-z]+(?:\/[A-Za-z]+)+@\d{4}-\d{2}-\d{2}(?:-preview)?$/;

type Use = { readonly kind: 'symbol' | 'function'; readonly name: string; readonly line: number };

/**
 * What a compiler would say of the names of one file, `line: sentence`: undefined and duplicate ones, parameters,
 * variables and existing resources that nothing uses, and types of resources that are no `type@version`.
 */
export function symbolFaults({ root }: Bicep): readonly string[] {
  const declared = namedChildrenOf(root).filter(({ type }) => DECLARATIONS.has(type));
  const names = new Set(declared.map(nameOf));
  const uses = namedChildrenOf(root).flatMap((node) => usesIn(node, new Set()));
  const used = new Set(uses.flatMap(({ kind, name }) => (kind === 'symbol' ? name : [])));
  return [
    ...uses
      .filter(({ kind, name }) => !(kind === 'function' ? FUNCTIONS : names).has(name))
      .map(({ kind, name, line }) => `${line}: the ${kind} '${name}' is not defined`),
    ...declared
      .filter((node, index) => declared.findIndex((other) => nameOf(other) === nameOf(node)) !== index)
      .map((node) => `${lineOf(node)}: '${nameOf(node)}' is declared twice`),
    ...declared
      .filter((node) => mustBeUsed(node) && !used.has(nameOf(node)))
      .map((node) => `${lineOf(node)}: '${nameOf(node)}' is never used`),
    ...declared.flatMap((node) => {
      const type = node.type === 'resource_declaration' ? textOf(namedChildrenOf(node)[1]) : undefined;
      return type === undefined || TYPE_AND_VERSION.test(type) ? [] : `${lineOf(node)}: '${type}' is no type@version`;
    }),
  ];
}

/** Every name that is looked up in the file, but for those that lambdas and loops bind themselves. */
function usesIn(node: Node, bound: ReadonlySet<string>): readonly Use[] {
  if (WITHOUT_SYMBOLS.has(node.type)) return [];
  const children = namedChildrenOf(node);
  const inAll = (nodes: readonly Node[], more: readonly string[] = []) =>
    nodes.flatMap((child) => usesIn(child, new Set([...bound, ...more])));
  switch (node.type) {
    case 'identifier':
      return bound.has(node.text) ? [] : [{ kind: 'symbol', name: node.text, line: lineOf(node) }];
    case 'parameter_declaration':
    case 'variable_declaration':
    case 'resource_declaration':
    case 'module_declaration':
    case 'output_declaration':
      return inAll(children.slice(1));
    case 'object_property':
      return inAll(children[0]?.type === 'identifier' ? children.slice(1) : children);
    case 'call_expression': {
      const [called, ...rest] = children;
      const name: Use[] = called ? [{ kind: 'function', name: called.text, line: lineOf(called) }] : [];
      return called?.type === 'identifier' ? [...name, ...inAll(rest)] : inAll(children);
    }
    case 'lambda_expression':
      return inAll(children.slice(1), identifiersIn(children[0]));
    case 'for_statement': {
      const [item, list, ...body] = children;
      return [...inAll(list ? [list] : []), ...inAll(body, identifiersIn(item))];
    }
    default:
      return inAll(children);
  }
}

function identifiersIn(node: Node | undefined): readonly string[] {
  const names = new Set(['identifier', 'loop_variable', 'loop_enumerator']);
  return node ? nodesIn(node).flatMap(({ type, text }) => (names.has(type) ? text : [])) : [];
}

function mustBeUsed(node: Node): boolean {
  const isExisting = node.type === 'resource_declaration' && node.children.some((child) => child?.type === 'existing');
  return node.type === 'parameter_declaration' || node.type === 'variable_declaration' || isExisting;
}

function lineOf(node: Node): number {
  return node.startPosition.row + 1;
}
