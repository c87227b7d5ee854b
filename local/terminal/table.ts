export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/**
 * A table as lines of equal column widths, two spaces between columns, the titles first.
 * A row whose cells are fewer than the columns is an error of the caller and shows as empty cells.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => (row[index] ?? '').length)));
  const pad = (row: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const [cell, width] = [row[index] ?? '', widths[index] ?? 0];
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return all.map(pad);
}
