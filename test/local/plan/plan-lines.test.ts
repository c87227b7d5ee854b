import { stripVTControlCharacters, styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import { planLines } from '../../../local/plan/plan-lines.ts';
import { createView } from '../../../local/plan/view.ts';
import { type Paint, plain } from '../../../local/terminal/paint.ts';
import type { Plan } from '../../../shared/operations/planned.ts';
import { entry, everything, NEW, OLD, planWith } from './planned-builders.ts';

const lines = (plan: Plan, columns: number | undefined, paint: Paint = plain) =>
  planLines(plan, createView(plan, columns, paint));
const text = (plan: Plan, columns: number | undefined) => `${lines(plan, columns).join('\n')}\n`;
const coloured: Paint = (style, value) => styleText(style, value, { validateStream: false });

describe('a plan on a terminal', () => {
  it('of 80 columns', async () => {
    await expect(text(everything(), 80)).toMatchFileSnapshot('golden/80-columns.txt');
  });

  it('of 120 columns', async () => {
    await expect(text(everything(), 120)).toMatchFileSnapshot('golden/120-columns.txt');
  });

  it.each([72, 80, 100, 120, 160])('of %i columns has no longer line, names as long as they may be', (columns) => {
    const long = entry({ name: 'e'.repeat(64), ca: { vaultUrl: 'https://kv.vault.azure.net', name: 'c'.repeat(127) } });
    const shown = [...lines(planWith([long]), columns), ...lines(everything(), columns)];
    for (const line of shown) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it('has colours, which change no character of it', () => {
    const shown = lines(everything(), 80, coloured);
    expect(shown.join('\n')).toContain('\u001b[');
    expect(shown.map(stripVTControlCharacters)).toStrictEqual(lines(everything(), 80));
  });
});

describe('a plan in a pipe', () => {
  it('has whole names and no broken lines', async () => {
    await expect(text(everything(), undefined)).toMatchFileSnapshot('golden/pipe.txt');
    const shown = text(everything(), undefined);
    expect(shown).toContain(OLD);
    expect(shown).toContain(NEW);
    expect(shown).toContain('individual press-20, 1,180 more');
    expect(shown).not.toContain('…');
  });

  it('says in the end that nothing is due, and how many CAs it looked at', () => {
    const shown = lines(planWith([entry()]), undefined);
    expect(shown.slice(-3)).toStrictEqual(['  No step is due.', '  Nothing was changed: a plan only reads.', '']);
  });
});
