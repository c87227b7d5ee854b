import type { JsonObject } from '../../shared/json.ts';
import { createPaint, type Paint } from '../terminal/paint.ts';
import { confirm } from './confirm.ts';

/** How this command talks to whoever has called it. */
export interface Talk {
  readonly paint: Paint;
  /** For people; nothing with `--json`. */
  lines(lines: readonly string[]): void;
  /** For programs; nothing without `--json`. */
  data(value: JsonObject): void;
  /** `nobody` where nobody can be asked; it has been said then what to do. */
  confirm(question: string): Promise<'yes' | 'no' | 'nobody'>;
}

/** The part of a process that this uses. */
export interface Streams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
}

const NOBODY = 'Nothing was changed: there is no terminal to ask on. Look at the differences, then add --yes.';
const NOBODY_JSON = 'Nothing was changed: with --json nobody is asked. Look at the differences, then add --yes.';

/** Asks on a terminal only; with `yes` it does not ask at all. */
export function createTalk(
  { stdin, stdout, stderr }: Streams,
  { yes, json }: { readonly yes: boolean; readonly json: boolean },
): Talk {
  stdout.on('error', () => {}); // Whoever read has gone (`| head`): the exit code still tells how it went.
  return {
    paint: createPaint(stdout),
    lines(lines) {
      if (!json) stdout.write(lines.map((line) => `${line}\n`).join(''));
    },
    data(value) {
      if (json) stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    async confirm(question) {
      if (yes) return 'yes';
      if (!json && stdin.isTTY && stdout.isTTY) return (await confirm(question, stdin, stdout)) ? 'yes' : 'no';
      stderr.write(`${json ? NOBODY_JSON : NOBODY}\n`);
      return 'nobody';
    },
  };
}
