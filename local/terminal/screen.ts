import { stripVTControlCharacters } from 'node:util';
import { SCREEN_WIDTH, seconds } from './layout.ts';
import { createPaint, type Paint } from './paint.ts';
import type { Task } from './task.ts';

/** What a program of this folder prints on: lines that stay, and below them, on a terminal, what is running. */
export interface Screen {
  readonly paint: Paint;
  /** Prints a line that stays. */
  line(text?: string): void;
  /**
   * Shows `label` with a spinner and the elapsed seconds while `work` is running. When it has ended well, prints what
   * `done` says of it; without `done` it leaves nothing behind.
   */
  readonly task: Task;
  /** As `task`, with lines below the spinner that are drawn anew all the time. It leaves nothing behind. */
  watch<T>(label: string, below: () => readonly string[], work: Promise<T>): Promise<T>;
  /** Prints a last line, takes the spinners away, gives the cursor back; nothing is printed after it. */
  end(text?: string): void;
}

/** The part of a terminal's stream that the screen uses. */
export type ScreenStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

interface Running {
  readonly label: string;
  readonly since: number;
  readonly below?: () => readonly string[];
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
const LABEL_WIDTH = 15;
const [HIDE_CURSOR, SHOW_CURSOR, ERASE_BELOW] = ['\u001b[?25l', '\u001b[?25h', '\u001b[0J'];

/**
 * Spinners only where `stream` is a terminal that can move its cursor; elsewhere plain lines, one by one.
 * @param now milliseconds of a clock that never goes back
 */
export function createScreen(stream: ScreenStream, now: () => number, terminal = process.env.TERM): Screen {
  const live = stream.isTTY === true && terminal !== 'dumb';
  stream.on('error', () => {}); // Whoever read has gone (`| head`): the exit code still tells how it went.
  const paint = createPaint(stream);
  const running = new Set<Running>();
  let shown = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const cursorUp = () => (shown > 0 ? `\r\u001b[${shown}A${ERASE_BELOW}` : '');
  const spinners = () => {
    const width = Math.min(stream.columns || SCREEN_WIDTH, SCREEN_WIDTH) - 1;
    return [...running].flatMap(({ label, since, below }) => {
      const text = cut(` ${label}  ${((now() - since) / 1000).toFixed(1)} s`, width - 3);
      const spinner = `  ${paint('cyan', FRAMES[frame % FRAMES.length] ?? '')}${text}`;
      return [spinner, ...(below?.() ?? []).map((line) => cut(line, width))].map((line) => `${line}\n`);
    });
  };
  const draw = (text: string) => {
    const lines = live ? spinners() : [];
    stream.write(`${cursorUp()}${text}${lines.join('')}`);
    shown = lines.length;
  };
  const start = (entry: Running) => {
    running.add(entry);
    if (!live || ended) return;
    if (timer === undefined) stream.write(HIDE_CURSOR);
    timer ??= setInterval(() => {
      frame += 1;
      draw('');
    }, FRAME_MS);
    draw('');
  };
  const stop = (entry: Running) => {
    running.delete(entry);
    if (!live || ended || running.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    draw(SHOW_CURSOR);
  };
  const line = (text = '') => {
    if (!ended) draw(`${text}\n`);
  };

  const during = async <T>(entry: Running, work: Promise<T>, done?: (result: T) => void): Promise<T> => {
    start(entry);
    try {
      const result = await work;
      running.delete(entry); // Before its last line, which would else stand above its own spinner for a moment.
      done?.(result);
      return result;
    } finally {
      stop(entry);
    }
  };

  return {
    paint,
    line,
    task(label, work, done) {
      const entry = { label, since: now() };
      return during(entry, work, (result) => {
        const took = paint('dim', seconds(now() - entry.since));
        if (done) line(`  ${paint('green', '✓')} ${label.padEnd(LABEL_WIDTH)} ${done(result)}  ${took}`);
      });
    },
    watch: (label, below, work) => during({ label, since: now(), below }, work),
    end(text) {
      if (ended) return;
      running.clear();
      clearInterval(timer);
      draw(`${live ? SHOW_CURSOR : ''}${text === undefined ? '' : `${text}\n`}`);
      ended = true;
    },
  };
}

/** A line that the terminal wraps could not be erased. One that is too long loses its colours with its end. */
function cut(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : plain.slice(0, width);
}
