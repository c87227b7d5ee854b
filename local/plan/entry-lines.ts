import type { PlannedEntry, PlannedReferences, PlannedService, PlannedStep } from '../../shared/operations/planned.ts';
import { heading } from '../terminal/heading.ts';
import { counted, daysBetween } from '../terminal/layout.ts';
import { type Column, table } from '../terminal/table.ts';
import { lifeBar } from './life-bar.ts';
import { reasonText, type StepText, stepText } from './step-text.ts';
import { below, dayOf, nameIn, thumbprintIn, type View } from './view.ts';

const COLUMNS: readonly Column[] = [
  { title: 'entry' },
  { title: 'CA' },
  { title: 'key' },
  { title: 'life left' },
  { title: 'days', align: 'right' },
  { title: 'next' },
];
/** From this width on bars are longer. */
const WIDE = 100;
/** The first two columns are the only ones that may be long. */
const [SHORTEST_NAME, ENTRY_SHARE] = [10, 0.6] as const;
const MOST_EXAMPLES = 6;

interface Row {
  readonly entry: string;
  readonly ca: string;
  /** The other cells. */
  readonly cells: readonly string[];
  readonly next: StepText;
  /** Below it, a paragraph each. */
  readonly notes: readonly string[];
}

/** A DPS as a table of its entries, with what is known of each below it. */
export function serviceLines(service: PlannedService, view: View): string[] {
  const { paint } = view;
  if (service.kind === 'unreadable') {
    return [...heading(service.name, paint), `  ${paint('red', 'could not be read')}`];
  }
  const { name, state, entries, missing } = service;
  const count = entries.filter((entry) => entry.name !== undefined).length;
  const facts = `state ${state}, ${counted(count, 'CA certificate')}`;
  const rows = [
    ...entries.map((entry) => entryRow(entry, view)),
    ...missing.map(({ ca, thumbprint, next }) => missingRow(ca.name, thumbprint, next, view)),
  ];
  const [title = '', ...rest] = heading(name, paint);
  const titles = [title, ...rest.map((line) => `${line}  ${paint('dim', facts)}`), ''];
  return rows.length === 0 ? titles.slice(0, -1) : [...titles, ...rowLines(rows, view)];
}

function rowLines(rows: readonly Row[], view: View): string[] {
  const { paint } = view;
  const { entryWidth, caWidth } = nameWidths(rows, view);
  const cells = rows.map(({ entry, ca, cells, next }) => [
    nameIn(entry, entryWidth, view),
    nameIn(ca, caWidth, view),
    ...cells,
    next.text,
  ]);
  const [head = '', ...lines] = table(COLUMNS, cells);
  return [
    `  ${paint('dim', head)}`,
    ...rows.flatMap(({ next, notes }, index) => {
      const line = lines[index] ?? '';
      const before = line.slice(0, line.length - next.text.length);
      const coloured = before.replace(/[█]+/g, (blocks) => paint(next.colour === 'dim' ? 'cyan' : next.colour, blocks));
      return [`  ${coloured}${paint(next.colour, next.text)}`.trimEnd(), ...notes.flatMap((note) => below(note, view))];
    }),
  ];
}

/** How wide the two columns of names may be, so that a line keeps to the terminal. */
function nameWidths(rows: readonly Row[], { width }: View): { entryWidth: number; caWidth: number } {
  const longest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const [entry, ca] = [longest(rows.map((row) => row.entry)), longest(rows.map((row) => row.ca))];
  if (width === undefined) return { entryWidth: entry, caWidth: ca };
  const others = table(
    COLUMNS.slice(2),
    rows.map(({ cells, next }) => [...cells, next.text]),
  );
  const room = width - 2 - 2 - 2 - longest(others);
  if (entry + ca <= room) return { entryWidth: entry, caWidth: ca };
  const entryWidth = Math.max(SHORTEST_NAME, Math.min(entry, Math.max(Math.floor(room * ENTRY_SHARE), room - ca)));
  return { entryWidth, caWidth: Math.max(SHORTEST_NAME, room - entryWidth) };
}

function entryRow(entry: PlannedEntry, view: View): Row {
  const { name, ca, key, notAfter, standing, next } = entry;
  const barWidth = view.width === undefined || view.width >= WIDE ? 16 : 9;
  return {
    entry: name ?? '(embedded)',
    ca: ca?.name ?? '–',
    cells: [
      key ?? '–',
      lifeBar(entry, view.now, barWidth),
      notAfter === undefined ? '?' : daysBetween(view.now, notAfter).toLocaleString('en'),
    ],
    next: next ? stepText(next, view) : { text: standing === 'managed' ? 'wait' : standing, colour: 'dim' },
    notes: [factsOf(entry, view), whyOf(entry, view)],
  };
}

function missingRow(ca: string, thumbprint: string, next: PlannedStep, view: View): Row {
  return {
    entry: '(not there yet)',
    ca,
    cells: ['', '', ''],
    next: stepText(next, view),
    notes: [`newest generation ${thumbprintIn(thumbprint, view)}`, reasonText(next, view)],
  };
}

function factsOf({ generation, thumbprint, notAfter, isVerified, references }: PlannedEntry, view: View): string {
  const rank = generation === undefined ? '' : `${generation} generation `;
  const verified = isVerified === undefined ? [] : [isVerified ? 'verified' : 'not verified'];
  const until = notAfter === undefined ? [] : [`until ${dayOf(notAfter, view)}`];
  const facts = [`${rank}${thumbprintIn(thumbprint, view)}`, ...until, ...verified].join(', ');
  return `${facts}; ${referencesText(references, view)}`;
}

function whyOf({ next, standing }: PlannedEntry, view: View): string {
  if (next) return reasonText(next, view);
  if (standing === 'unmanaged') return 'In no configured vault: nobody here renews it, and it is never touched.';
  return 'Not everything could be read, so nobody knows whether a vault holds it.';
}

function referencesText(references: PlannedReferences | undefined, { width }: View): string {
  if (references === undefined) return 'its enrollments could not be read';
  const { count, embedded, examples, isComplete } = references;
  const partly = isComplete ? '' : ' (individual enrollments could not be read)';
  if (count === 0) return `no enrollment refers to it${partly}`;
  const shown = width === undefined ? examples : examples.slice(0, MOST_EXAMPLES);
  const names = shown.map(({ kind, id }) => `${kind} ${id}`);
  const more = count > shown.length && shown.length > 0 ? [`${(count - shown.length).toLocaleString('en')} more`] : [];
  const embedding = embedded === 0 ? '' : embedded === count ? ', embedded' : `, ${embedded} of them embedded`;
  const list = [...names, ...more].join(', ');
  const refer = count === 1 ? '1 enrollment refers' : `${count.toLocaleString('en')} enrollments refer`;
  return `${refer} to it${embedding}${list === '' ? '' : `: ${list}`}${partly}`;
}
