import type { Node } from 'web-tree-sitter';
import { type Bicep, namedChildrenOf, nameOf, textOf } from '../support/bicep.ts';

type Value = string | number | boolean | readonly Value[] | Lambda | { readonly [name: string]: Value };
type Lambda = (item: Value) => Value;
type Names = Readonly<Record<string, Value>>;

const listOf = (value: Value | undefined) => (Array.isArray(value) ? (value as readonly Value[]) : []);
const appliedBy = (value: Value | undefined): Lambda => (typeof value === 'function' ? value : () => false);

/** As Azure Resource Manager has them: union has every element once, and knows strings by their exact letters. */
const FUNCTIONS: Readonly<Record<string, (...given: readonly Value[]) => Value>> = {
  empty: (value) => value === '' || (Array.isArray(value) && value.length === 0),
  environment: () => ({ suffixes: { keyvaultDns: '.vault.azure.net' } }),
  filter: (list, lambda) => listOf(list).filter((item) => appliedBy(lambda)(item) === true),
  map: (list, lambda) => listOf(list).map((item) => appliedBy(lambda)(item)),
  replace: (text, old, by) => String(text).replaceAll(String(old), String(by)),
  split: (text, by) => String(text).split(String(by)),
  toLower: (text) => String(text).toLowerCase(),
  union: (...lists) => [...new Set(lists.flatMap(listOf))],
};

/**
 * The value of a variable of a file, in the subset of Bicep that lists of ids are made with.
 * @param names values of parameters and of what is not declared by expressions; they go before declarations
 */
export function evaluate({ root }: Bicep, variable: string, names: Names): Value {
  const declared = new Map(namedChildrenOf(root).map((node) => [nameOf(node), node]));
  const named = (name: string, bound: Names): Value => {
    const value = bound[name] ?? names[name];
    if (value !== undefined) return value;
    const node = declared.get(name);
    const expression = node && namedChildrenOf(node).at(-1);
    if (node?.type !== 'variable_declaration' || !expression) throw new Error(`Cannot evaluate '${name}': no variable`);
    return evaluated(expression, {});
  };
  const evaluated = (node: Node, bound: Names): Value => {
    const parts = namedChildrenOf(node);
    const [first = node, second = node, third = node] = parts;
    const operand = (part: Node) => evaluated(part, bound);
    switch (node.type) {
      case 'identifier':
        return named(node.text, bound);
      case 'number':
        return Number(node.text);
      case 'string':
        if (!parts.some(({ type }) => type === 'interpolation')) return textOf(node);
        return parts.map((part) => (part.type === 'interpolation' ? operand(partOf(part)) : part.text)).join('');
      case 'array':
        return parts.map(operand);
      case 'lambda_expression':
        return (item) => evaluated(second, { ...bound, [first.text]: item });
      case 'ternary_expression':
        return operand(first) === true ? operand(second) : operand(third);
      case 'unary_expression':
        return operand(first) !== true;
      case 'binary_expression':
        return operand(first) === operand(second);
      case 'member_expression':
      case 'subscript_expression': {
        const key = node.type === 'member_expression' ? second.text : String(operand(second));
        const member = (operand(first) as Names)[key];
        if (member === undefined) throw new Error(`Cannot evaluate '${node.text}': no member '${key}'`);
        return member;
      }
      case 'call_expression': {
        const called = FUNCTIONS[first.text];
        if (called === undefined) throw new Error(`Cannot evaluate '${first.text}()': add it to FUNCTIONS`);
        return called(...namedChildrenOf(second).map(operand));
      }
      default:
        throw new Error(`Cannot evaluate '${node.text}': a ${node.type}`);
    }
  };
  return named(variable, {});
}

function partOf(interpolation: Node): Node {
  return namedChildrenOf(interpolation)[0] ?? interpolation;
}
