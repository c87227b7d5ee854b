import { describe, expect, it } from 'vitest';
import { queries } from '../support/kql.ts';
import { analyse } from '../support/kusto.ts';

// The language is checked by the analyser of Microsoft's own query editors: nothing else tells before Azure does.

describe('a query is KQL that an editor of Azure would not underline', () => {
  it.each(queries())('$name', ({ text }) => {
    const { faults, columns } = analyse(text);
    expect(faults).toEqual([]);
    expect(columns.size).toBeGreaterThan(0);
  });

  it.each([
    ['a column that the table has not', 'traces | where msg == "x"'],
    ['an operator that is none', 'traces | were message == "x"'],
    ['a function that is none', 'traces | extend e = parsejsn(message)'],
    ['a reserved word as a name', 'traces | summarize latest = max(timestamp) | project latest, latest = 1'],
    ['a bracket that is not closed', 'traces | where (message == "x"'],
  ])('with %s is found', (_, text) => {
    expect(analyse(text).faults).not.toEqual([]);
  });
});
