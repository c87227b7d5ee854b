import { asObject, type JsonObject } from '../json.ts';
import { createFaults, type Faults } from './faults.ts';
import { parseMatch } from './parse-match.ts';
import { DEFAULT_RULE_NAME, type Outcome, type Rule, type Rules } from './rules.ts';

/** Rules, or every fault of them, one sentence each, with its path in the JSON: `rules[2].match.issuer: must be …`. */
export type ParsedRules = { readonly rules: Rules } | { readonly faults: readonly string[] };

const LONGEST_NAME = 64;
const MOST_WEIGHT = 1_000_000;
const PLACING = ['hubs', 'initialTwin', 'payload', 'sticky'] as const;

/**
 * Parses allocation rules from their JSON text; docs/allocation-rules.schema.json has the form. Members that are not
 * known are faults: a condition with a slip in its name would hold for every device. Never throws.
 */
export function parseRules(text: string): ParsedRules {
  // Some editors begin a file with a byte order mark, which is no JSON.
  const json = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { faults: [`the rules: cannot be read as JSON: ${whyNot(json, error)}`] };
  }
  const faults = createFaults();
  const root = faults.object('', value, ['$schema', 'rules']);
  if (root !== undefined && !Array.isArray(root.rules)) faults.add('rules', `must be an array`, root.rules);
  const list: readonly unknown[] = Array.isArray(root?.rules) ? root.rules : [];
  const rules = list.flatMap((each, index) => parseRule(each, `rules[${index}]`, faults) ?? []);
  addDuplicateNames(list, faults);
  return faults.found.length > 0 ? { faults: faults.found } : { rules };
}

/** Why JSON cannot be read. V8 quotes a piece of it, which must not be a piece of a secret in the wrong setting. */
function whyNot(text: string, error: unknown): string {
  if (!text.trimStart().startsWith('{')) return `a text of ${text.length} characters that does not begin with '{'`;
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
}

function parseRule(value: unknown, path: string, faults: Faults): Rule | undefined {
  const rule = faults.object(path, value, ['name', 'description', 'match', 'deny', ...PLACING]);
  if (rule === undefined) return undefined;
  const name = parseName(rule.name, path, faults);
  if (rule.description !== undefined) faults.text(`${path}.description`, rule.description, 1000);
  const match = rule.match === undefined ? {} : parseMatch(rule.match, `${path}.match`, faults);
  const outcome = rule.deny === undefined ? parsePlacing(rule, path, faults) : parseDenial(rule, path, faults);
  return { name, match, outcome };
}

function parseName(value: unknown, path: string, faults: Faults): string {
  const name = faults.text(`${path}.name`, value, LONGEST_NAME) ?? '';
  if (name === DEFAULT_RULE_NAME) faults.add(`${path}.name`, 'is the name of the built-in rule, choose another', name);
  return name;
}

function addDuplicateNames(list: readonly unknown[], faults: Faults): void {
  const names = list.map((each) => asObject(each)?.name);
  for (const [index, name] of names.entries()) {
    const first = names.indexOf(name);
    if (typeof name === 'string' && first < index) {
      faults.add(`rules[${index}].name`, `must be of its own, rules[${first}] has it already`, name);
    }
  }
}

function parseDenial(rule: JsonObject, path: string, faults: Faults): Outcome {
  for (const name of PLACING) {
    if (rule[name] !== undefined) faults.add(`${path}.${name}`, "means nothing beside 'deny', leave one of them out");
  }
  return { deny: faults.text(`${path}.deny`, rule.deny, 1000) ?? '' };
}

function parsePlacing(rule: JsonObject, path: string, faults: Faults): Outcome {
  const { sticky } = rule;
  if (sticky !== undefined && typeof sticky !== 'boolean')
    faults.add(`${path}.sticky`, 'must be true or false', sticky);
  const hubs = rule.hubs === undefined ? undefined : parseHubs(rule.hubs, `${path}.hubs`, faults);
  const twin = rule.initialTwin === undefined ? undefined : parseTwin(rule.initialTwin, `${path}.initialTwin`, faults);
  const payload = rule.payload === undefined ? undefined : faults.object(`${path}.payload`, rule.payload);
  return {
    ...(hubs && { hubs }),
    ...(twin && { initialTwin: twin }),
    ...(payload && { payload }),
    sticky: sticky !== false,
  };
}

/** Names alone, or names with weights. */
function parseHubs(value: unknown, path: string, faults: Faults): ReadonlyMap<string, number | undefined> | undefined {
  const named = Array.isArray(value)
    ? value.map((hub: unknown, index) => [hub, undefined, `${path}[${index}]`] as const)
    : Object.entries(asObject(value) ?? {}).map(
        ([hub, weight]) => [hub, weight, `${path}[${JSON.stringify(hub)}]`] as const,
      );
  if (named.length === 0) {
    return faults.add(
      path,
      'must name at least one hub: {"hub.azure-devices.net": weight} or ["hub.azure-devices.net"]',
      value,
    );
  }
  const hubs = new Map<string, number | undefined>();
  for (const [hub, weight, at] of named) {
    const key = typeof hub === 'string' ? hub.toLowerCase() : '';
    if (!/^[a-z0-9._-]{1,253}$/.test(key)) faults.add(at, "must be a hub's host name", hub);
    else if (hubs.has(key)) faults.add(at, 'must be there once: host names differ by more than case', hub);
    if (!Array.isArray(value) && !isWeight(weight)) faults.add(at, `must be a weight from 0 to ${MOST_WEIGHT}`, weight);
    hubs.set(key, isWeight(weight) ? weight : undefined);
  }
  if ([...hubs.values()].every((weight) => weight === 0)) {
    faults.add(path, "must have a weight above 0; to turn devices away give the rule a 'deny'");
  }
  return hubs;
}

function isWeight(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MOST_WEIGHT;
}

/** DPS passes over members of a twin that it does not know, without a word. */
function parseTwin(value: unknown, path: string, faults: Faults): JsonObject | undefined {
  const twin = faults.object(path, value, ['tags', 'properties']);
  if (twin?.tags !== undefined) faults.object(`${path}.tags`, twin.tags);
  if (twin?.properties === undefined) return twin;
  const properties = faults.object(`${path}.properties`, twin.properties, ['desired']);
  if (properties?.desired !== undefined) faults.object(`${path}.properties.desired`, properties.desired);
  return twin;
}
