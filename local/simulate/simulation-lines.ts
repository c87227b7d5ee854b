import { heading } from '../terminal/heading.ts';
import { counted, SCREEN_WIDTH, shortName, wrap } from '../terminal/layout.ts';
import type { Paint } from '../terminal/paint.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { table } from '../terminal/table.ts';
import type { Simulation } from './simulate-fleet.ts';

const BAR_WIDTH = 22;
const NAME_WIDTH = 24;
const MOST_MOVES = 10;

/** A simulation as lines for people; notes are printed below it. */
export function simulationLines(simulation: Simulation, notes: readonly string[], paint: Paint): string[] {
  const { hubs, rules, assignments, moves, denials } = simulation;
  return [
    ...heading('Devices per hub', paint),
    ...hubLines(hubs, paint),
    ...heading('By rule', paint),
    ...indented(
      table(
        ['rule', 'devices', 'allocated', 'moved', 'denied'].map(column),
        rules.map((each) => [
          shortName(each.rule, 40),
          ...[each.devices, each.allocated, each.moved, each.denied].map(number),
        ]),
      ),
      paint,
    ),
    ...heading('Against the present assignment', paint),
    ...assignmentLines(assignments),
    ...moveLines(moves, paint),
    ...denialLines(denials, paint),
    ...noteLines([...notes, ...idleNotes(rules)], paint),
  ];
}

function hubLines(hubs: Simulation['hubs'], paint: Paint): string[] {
  const total = hubs.reduce((sum, { devices }) => sum + devices, 0);
  const most = Math.max(1, ...hubs.flatMap(({ devices, byWeight }) => [devices, byWeight]));
  const rows = hubs.map(({ hub, devices, byWeight }) => {
    const cells = (count: number) => Math.round((count / most) * BAR_WIDTH);
    const line = bar(cells(devices), cells(byWeight));
    return [hubName(hub), line, number(devices), percent(devices, total), percent(byWeight, total)];
  });
  const titles = ['hub', '', 'devices', 'share', 'by weight'];
  const [head = '', ...lines] = table(
    titles.map((title, index) => (index < 2 ? { title } : column(title, index))),
    rows,
  );
  const coloured = lines.map((line) => line.replace(/█+/g, (blocks) => paint('cyan', blocks)));
  const legend = '│ is where the weights alone would have it';
  return [`  ${paint('dim', head)}`, ...coloured.map((line) => `  ${line}`), '', `  ${paint('dim', legend)}`];
}

/** Blocks, and in their midst or behind them a line where they ought to end. */
function bar(filled: number, wanted: number): string {
  const cells = Array.from({ length: BAR_WIDTH }, (_, index) => (index < filled ? '█' : ' '));
  return [...cells.slice(0, wanted), '│', ...cells.slice(wanted)].join('');
}

function assignmentLines({ stay, move, denied, deniedWithHub, new: placed }: Simulation['assignments']): string[] {
  const fates: readonly (readonly [string, number])[] = [
    ['stay where they are', stay],
    ['move to another hub', move],
    ['have a hub and are denied', deniedWithHub],
    ['are new and get a hub', placed],
    ['are new and are denied', denied - deniedWithHub],
  ];
  const rows = fates.filter(([, count]) => count > 0).map(([fate, count]) => [fate, number(count)]);
  const [, ...lines] = table([{ title: '' }, { title: '', align: 'right' }], rows);
  return lines.map((line) => `  ${line}`);
}

function moveLines(moves: Simulation['moves'], paint: Paint): string[] {
  if (moves.length === 0) return [];
  const rows = moves.slice(0, MOST_MOVES).map(({ from, to, devices }) => [hubName(from), hubName(to), number(devices)]);
  const columns = [{ title: 'from' }, { title: 'to' }, { title: 'devices', align: 'right' }] as const;
  const more = moves.length - MOST_MOVES;
  const rest = more > 0 ? [`  and ${counted(more, 'other way')}`] : [];
  return [...heading('Moves', paint), ...indented(table(columns, rows), paint), ...rest];
}

function denialLines(denials: Simulation['denials'], paint: Paint): string[] {
  if (denials.length === 0) return [];
  return [
    ...heading('Denials', paint),
    ...denials.flatMap(({ reason, rule, message, devices, examples }) => [
      `  ${paint('red', `${number(devices)} ${reason}`)} by rule ${rule}`,
      ...[message, `For example ${examples.join(', ')}.`]
        .flatMap((text) => wrap(text, SCREEN_WIDTH - 4))
        .map((line) => `    ${paint('dim', line)}`),
    ]),
  ];
}

function noteLines(notes: readonly string[], paint: Paint): string[] {
  return notes.length > 0 ? [...heading('Worth knowing', paint), ...notes.flatMap(paragraph)] : [];
}

/** A rule that decides on nobody is misspelt, stands behind one that takes everybody, or is for other devices. */
function idleNotes(rules: Simulation['rules']): readonly string[] {
  const idle = rules.slice(0, -1).filter(({ devices }) => devices === 0);
  return idle.length > 0
    ? [`Rules that decide on none of these devices: ${idle.map(({ rule }) => rule).join(', ')}.`]
    : [];
}

/** The domain that all hubs of public Azure share says nothing. */
function hubName(hub: string): string {
  return shortName(hub.replace(/\.azure-devices\.net$/i, ''), NAME_WIDTH);
}

function indented([head = '', ...lines]: readonly string[], paint: Paint): string[] {
  return [`  ${paint('dim', head)}`, ...lines.map((line) => `  ${line}`)];
}

/** The first column holds names, the others numbers. */
function column(title: string, index: number): { title: string; align?: 'right' } {
  return index === 0 ? { title } : { title, align: 'right' };
}

function number(count: number): string {
  return Math.round(count).toLocaleString('en');
}

function percent(count: number, total: number): string {
  return total === 0 ? '–' : `${((100 * count) / total).toFixed(1)}%`;
}
