import type { Node } from 'web-tree-sitter';
import { type Bicep, bodyOf, namedChildrenOf, nameOf, nodesIn, propertiesOf, textOf } from './bicep.ts';

/** A custom role: on a resource itself, and on the data in it. */
export interface Role {
  /** Symbolic name of the resource. */
  readonly name: string;
  readonly actions: readonly string[];
  readonly dataActions: readonly string[];
}

/** The role definitions of a file. Throws an Error for one that takes away again what it grants. */
export function rolesOf({ file, root }: Bicep): readonly Role[] {
  return namedChildrenOf(root)
    .filter((node) => textOf(namedChildrenOf(node)[1]).startsWith('Microsoft.Authorization/roleDefinitions@'))
    .map((node) => {
      const list = (name: string) => stringsIn(permissionsOf(node).get(name));
      if ([...list('notActions'), ...list('notDataActions')].length > 0) {
        throw new Error(`Cannot tell what '${nameOf(node)}' of ${file} grants: it has exceptions; list what it grants`);
      }
      return { name: nameOf(node), actions: list('actions'), dataActions: list('dataActions') };
    });
}

function permissionsOf(resource: Node): ReadonlyMap<string, Node> {
  const list = propertiesOf(propertiesOf(bodyOf(resource)).get('properties')).get('permissions');
  const permissions = list ? namedChildrenOf(list) : [];
  if (permissions.length !== 1) throw new Error(`Cannot read the permissions of '${nameOf(resource)}': not one object`);
  return propertiesOf(permissions[0]);
}

function stringsIn(array: Node | undefined): readonly string[] {
  return array ? nodesIn(array).flatMap((node) => (node.type === 'string' ? textOf(node) : [])) : [];
}
