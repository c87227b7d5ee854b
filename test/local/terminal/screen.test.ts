import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createScreen, type ScreenStream } from '../../../local/terminal/screen.ts';

/** A stream that remembers; with `columns` it is a terminal. */
function memory(columns?: number): { stream: ScreenStream; text: () => string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, columns === undefined ? {} : { isTTY: true, columns }), text: () => text };
}

/** What a terminal shows in the end: knows `\r`, ESC [ n A, ESC [ 0 J and colours, as the screen uses them. */
function shownBy(text: string): string[] {
  let lines: string[] = [''];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this is about.
  for (const token of text.match(/\u001b\[\??\d*[A-Za-z]|\r|\n|[^\u001b\r\n]+/g) ?? []) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
    const up = /^\u001b\[(\d+)A$/.exec(token)?.[1];
    if (up !== undefined) lines = [...lines.slice(0, -1 - Number(up)), ''];
    else if (token === '\n') lines.push('');
    else if (!token.startsWith('\u001b') && token !== '\r') lines[lines.length - 1] += token;
  }
  return lines;
}

describe('in a pipe', () => {
  it('prints a line for each task that has ended well, and nothing that moves or colours', async () => {
    const { stream, text } = memory();
    let now = 0;
    const screen = createScreen(stream, () => now, 'xterm');
    const work = screen.task('Azurite', Promise.resolve(3), (count) => `${count} services`);
    screen.line('meanwhile');
    now = 1300;
    expect(await work).toBe(3);
    screen.end('the end');
    screen.line('never');
    expect(text()).toBe('meanwhile\n  ✓ Azurite         3 services  1.30 s\nthe end\n');
  });

  it('hands on the failure of a task and prints nothing of it', async () => {
    const { stream, text } = memory();
    const screen = createScreen(stream, () => 0, 'xterm');
    await expect(screen.task('Azurite', Promise.reject(new Error('no')), () => 'up')).rejects.toThrow('no');
    expect(text()).toBe('');
  });

  it('prints nothing of what is watched', async () => {
    const { stream, text } = memory();
    await createScreen(stream, () => 0, 'xterm').watch('devices', () => ['west 1'], Promise.resolve());
    expect(text()).toBe('');
  });

  it('is what a dumb terminal gets, too', async () => {
    const { stream, text } = memory(80);
    await createScreen(stream, () => 0, 'dumb').task('Azurite', Promise.resolve());
    expect(text()).toBe('');
  });
});

describe('on a terminal', () => {
  it('keeps spinners with elapsed seconds below the lines that stay, and takes them away in the end', async () => {
    const { stream, text } = memory(80);
    let now = 0;
    const screen = createScreen(stream, () => now, 'xterm');
    const { promise, resolve } = Promise.withResolvers<void>();
    const other = Promise.withResolvers<void>();
    const tasks = [screen.task('Azurite', promise, () => 'up'), screen.task('host', other.promise)];
    now = 1500;
    screen.line('meanwhile');
    expect(shownBy(text())).toStrictEqual([
      'meanwhile',
      expect.stringMatching(/^ {2}\S Azurite {2}1\.5 s$/),
      expect.stringMatching(/^ {2}\S host {2}1\.5 s$/),
      '',
    ]);
    resolve();
    await tasks[0];
    other.resolve();
    await tasks[1];
    screen.end();
    expect(shownBy(text())).toStrictEqual(['meanwhile', '  ✓ Azurite         up  1.50 s', '']);
    expect(text().lastIndexOf('\u001b[?25h')).toBeGreaterThan(text().lastIndexOf('\u001b[?25l'));
  });

  it.each([
    [20, 19],
    [0, 79], // Unknown.
    [300, 79],
  ])('cuts what is running, so that a terminal of %i columns does not wrap it', (columns, width) => {
    const { stream, text } = memory(columns);
    const screen = createScreen(stream, () => 0, 'xterm');
    screen.task('x'.repeat(200), new Promise(() => {})).catch(() => {});
    expect(shownBy(text())[0]).toHaveLength(width);
    screen.end();
  });

  it('draws what is watched below its spinner, anew as it changes, and takes it away in the end', async () => {
    const { stream, text } = memory(30);
    const screen = createScreen(stream, () => 0, 'xterm');
    const { promise, resolve } = Promise.withResolvers<number>();
    let count = 0;
    const watching = screen.watch('devices', () => [`west ${count}`, `\u001b[32m${'x'.repeat(40)}\u001b[39m`], promise);
    count = 2;
    screen.line('meanwhile');
    expect(shownBy(text())).toStrictEqual([
      'meanwhile',
      expect.stringMatching(/^ {2}\S devices {2}0\.0 s$/),
      'west 2',
      'x'.repeat(29), // Cut, so that it does not wrap.
      '',
    ]);
    resolve(7);
    expect(await watching).toBe(7);
    screen.end();
    expect(shownBy(text())).toStrictEqual(['meanwhile', '']);
  });

  it('gives the cursor back when it is interrupted', () => {
    const { stream, text } = memory(80);
    const screen = createScreen(stream, () => 0, 'xterm');
    screen.task('host', new Promise(() => {})).catch(() => {});
    screen.end('Stopping.');
    expect(text().endsWith('\u001b[?25hStopping.\n')).toBe(true);
    expect(shownBy(text())).toStrictEqual(['Stopping.', '']);
  });
});
