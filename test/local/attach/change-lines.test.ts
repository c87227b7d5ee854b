import { stripVTControlCharacters, styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import { plannedLines, writtenLines } from '../../../local/attach/change-lines.ts';
import { type ChangeTask, plannedChange } from '../../../local/attach/planned-change.ts';
import type { Written } from '../../../local/attach/write-changes.ts';
import { type Paint, plain } from '../../../local/terminal/paint.ts';
import type { JsonObject } from '../../../shared/json.ts';

const webhookUrl = 'https://app.example/api/allocate?code=s3cr3t';
const ATTACH: ChangeTask = {
  action: 'attach',
  target: 'all-groups',
  webhook: { webhookUrl, apiVersion: '2021-10-01', replaceKey: false },
};
const DETACH: ChangeTask = {
  action: 'detach',
  target: 'all-groups',
  detachment: { policy: 'static', webhookUrl: undefined },
};
const ATTACHED = { allocationPolicy: 'custom', customAllocationDefinition: { webhookUrl, apiVersion: '2021-10-01' } };
const planned = (id: string, record: JsonObject, task: ChangeTask) =>
  plannedChange({ kind: id === 'gateway' ? 'individual' : 'group', id, etag: '"1"', record }, task);
const changes = (task: ChangeTask) => [
  planned('new', {}, task),
  planned('hashed', { allocationPolicy: 'Hashed' }, task),
  planned('there', ATTACHED, task),
  planned('gateway', { ...ATTACHED, customAllocationDefinition: { webhookUrl: 'https://other.example/?k' } }, task),
];
const coloured: Paint = (style, value) => styleText(style, value, { validateStream: false });

function everything(task: ChangeTask, paint: Paint): string[] {
  const [first, second, third, fourth] = changes(task);
  if (!first || !second || !third || !fourth) throw new Error('four changes were expected');
  const message = `Cannot replace individual enrollment 'gateway' of dps-1.azure-devices-provisioning.net: 412`;
  const written: Written[] = [
    { outcome: first.differences.length > 0 ? 'changed' : 'unchanged', planned: first },
    { outcome: second.differences.length > 0 ? 'changed' : 'unchanged', planned: second },
    { outcome: third.differences.length > 0 ? 'not-tried' : 'unchanged', planned: third },
    { outcome: 'failed', planned: fourth, message },
  ];
  return [...plannedLines(changes(task), task, 'dps-1', paint), ...writtenLines(written, task, paint)];
}

describe('what is shown of changes', () => {
  it.each([
    ['attach', ATTACH],
    ['detach', DETACH],
  ])('is every member that differs, and what became of it: %s', async (name, task) => {
    const text = `${everything(task, plain).join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);
    expect(text).not.toContain('s3cr3t');
  });

  it('has colours, which change no character of it', () => {
    const shown = everything(ATTACH, coloured);
    expect(shown.join('\n')).toContain('\u001b[');
    expect(shown.map(stripVTControlCharacters)).toStrictEqual(everything(ATTACH, plain));
  });

  it.each([
    [ATTACH, [], 'Nothing to do: dps-1 has no enrollment group.'],
    [ATTACH, [ATTACHED], 'Nothing to do: enrollment group g0 is attached to this webhook already.'],
    [ATTACH, [ATTACHED, ATTACHED], 'Nothing to do. 2 enrollment groups are attached to this webhook already.'],
    [DETACH, [{}], 'Nothing to do: enrollment group g0 is attached to no webhook.'],
    [DETACH, [{}, {}], 'Nothing to do. 2 enrollment groups are attached to no webhook.'],
  ])('is a sentence where there is nothing to do', (task, records, sentence) => {
    const none = records.map((record, index) => planned(`g${index}`, record, task));
    expect(plannedLines(none, task, 'dps-1', plain).join(' ').replace(/\s+/g, ' ').trim()).toBe(sentence);
  });
});
