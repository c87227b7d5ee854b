/** A route as the app wrote it, compiled. */
export interface Route {
  /** Parameters by name, percent-decoded, or undefined if the path does not match. A missing optional one is absent. */
  match(path: string): Record<string, string> | undefined;
  /** Routes with a smaller precedence are tried first: literal segments before constrained ones before free ones. */
  precedence: string;
}

/** The inline constraints that this host knows; values as in ASP.NET Core's route constraint reference. */
const constraints: Record<string, (argument: string) => string> = {
  alpha: () => '[A-Za-z]+',
  int: () => '-?\\d+',
  long: () => '-?\\d+',
  bool: () => 'true|false',
  guid: () => '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}',
  length: (argument) => `[^/]{${argument}}`,
  minlength: (argument) => `[^/]{${argument},}`,
  maxlength: (argument) => `[^/]{0,${argument}}`,
  regex: (argument) => argument.replace(/^\^|\$$/g, ''),
};

/**
 * Compiles a route template of ASP.NET Core's kind: `a/{id}`, optional `{id?}`, constrained `{id:int?}`, catch-all
 * `{*rest}`. Literals match in any case. Throws for what it does not know, which drops the one function.
 */
export function compileRoute(template: string): Route {
  const segments = template.split('/').filter((segment) => segment !== '');
  const names: string[] = [];
  let precedence = '';
  let pattern = '';
  for (const segment of segments) {
    const parameter = /^\{(\*{0,2})(\w+)((?::[^?]+)*)(\??)\}$/.exec(segment);
    if (!parameter) {
      if (/[{}]/.test(segment))
        throw new Error(`Cannot use the route "${template}": segment "${segment}" is not known.`);
      pattern += `/${segment.replace(/[.*+?^$()|[\]\\]/g, '\\$&')}`;
      precedence += '1';
      continue;
    }
    const [, catchAll, name = '', constraint = '', optional] = parameter;
    const value = catchAll ? '.*' : constraintPattern(template, constraint.slice(1));
    pattern += catchAll || optional ? `(?:/(${value}))?` : `/(${value})`;
    precedence += catchAll ? '4' : constraint ? '2' : '3';
    names.push(name);
  }
  const expression = new RegExp(`^${pattern}/?$`, 'i');
  return { precedence, match: (path) => parameters(expression.exec(path), names) };
}

function constraintPattern(template: string, constraint: string): string {
  if (constraint === '') return '[^/]+';
  const [, name = '', argument = ''] = /^(\w+)(?:\((.*)\))?$/.exec(constraint) ?? [];
  const pattern = constraints[name];
  if (pattern) return pattern(argument);
  const known = Object.keys(constraints).join(', ');
  throw new Error(`Cannot use the route "${template}": constraint "${constraint}" is not one of ${known}.`);
}

function parameters(match: RegExpExecArray | null, names: string[]): Record<string, string> | undefined {
  if (!match) return undefined;
  const found: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = match[index + 1];
    if (value === undefined) continue;
    try {
      found[name] = decodeURIComponent(value);
    } catch {
      return undefined; // A path with a broken percent escape names no resource.
    }
  }
  return found;
}
