import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** A Bicep file and its parse tree. */
export interface Bicep {
  /** Path below `infra/`. */
  readonly file: string;
  readonly root: Node;
}

export const INFRA = fileURLToPath(new URL('../../infra/', import.meta.url));

const grammar = createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm');
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(grammar));

/** @param file where it would stand below `infra/`, for what it refers to */
export function parseBicep(text: string, file = 'planted.bicep'): Bicep {
  const tree = parser.parse(text);
  if (tree === null) throw new Error(`Cannot parse ${file}: the parser has no language`);
  return { file, root: tree.rootNode };
}

/** Every Bicep file of the project. */
export function bicepFiles(): readonly Bicep[] {
  const files = globSync('**/*.bicep', { cwd: INFRA }).sort();
  return files.map((file) => parseBicep(readFileSync(`${INFRA}${file}`, 'utf8'), file));
}

/** What the grammar does not accept, `line: text`. */
export function syntaxFaults({ root }: Bicep): readonly string[] {
  return nodesIn(root)
    .filter((node) => node.isError || node.isMissing)
    .map((node) => `${node.startPosition.row + 1}: ${node.isMissing ? `no ${node.type}` : node.text.slice(0, 60)}`);
}

/** A node and everything below it, in the order of the text. */
export function nodesIn(node: Node): readonly Node[] {
  return [node, ...childrenOf(node).flatMap(nodesIn)];
}

/** The children that the grammar gives a name; comments are none. */
export function namedChildrenOf(node: Node): readonly Node[] {
  return childrenOf(node).filter((child) => child.isNamed && child.type !== 'comment');
}

/** A declaration's name: `a` of `param a string`. */
export function nameOf(declaration: Node): string {
  return namedChildrenOf(declaration)[0]?.text ?? '';
}

/** The text between quotes; with interpolations as they stand there. */
export function textOf(string: Node | undefined): string {
  return string?.text.replace(/^'+|'+$/g, '') ?? '';
}

/** The properties of an object, `undefined` for what is none: name → value. */
export function propertiesOf(object: Node | undefined): ReadonlyMap<string, Node> {
  const properties = object?.type === 'object' ? namedChildrenOf(object) : [];
  return new Map(
    properties.flatMap((property) => {
      const [key, value] = namedChildrenOf(property);
      return property.type === 'object_property' && key && value ? [[textOf(key), value] as const] : [];
    }),
  );
}

/** The object behind `= {…}`, `= if (…) {…}` or `= [for … : {…}]` of a resource or a module. */
export function bodyOf(node: Node | undefined): Node | undefined {
  const last = node && namedChildrenOf(node).at(-1);
  return last === undefined || last.type === 'object' ? last : bodyOf(last);
}

function childrenOf(node: Node): readonly Node[] {
  return node.children.filter((child) => child !== null);
}
