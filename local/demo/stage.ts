import type { LocalAzure } from '../local-azure.ts';
import { heading } from '../terminal/heading.ts';
import { paragraph } from '../terminal/paragraph.ts';
import type { Screen } from '../terminal/screen.ts';
import { createEmulatorApi, type EmulatorApi } from './emulator-api.ts';
import type { LogBook } from './log-book.ts';

/** What the demo is given. */
export interface StageParts {
  readonly azure: LocalAzure;
  readonly book: LogBook;
  readonly screen: Screen;
  readonly now: () => Date;
}

/** What every chapter of the demo works with. */
export interface Stage extends StageParts {
  readonly api: EmulatorApi;
  show(lines: readonly string[]): void;
  /** Prints a heading and, between it and what follows, what is to be known. */
  chapter(title: string, text?: string): void;
  /** Ends its connections. */
  close(): void;
}

export function createStage(parts: StageParts): Stage {
  const { screen } = parts;
  const api = createEmulatorApi(parts.azure.emulator);
  const show = (lines: readonly string[]) => {
    for (const line of lines) screen.line(line);
  };
  return {
    ...parts,
    api,
    show,
    chapter(title, text) {
      const told = text === undefined ? [] : [...paragraph(text).map((line) => screen.paint('dim', line)), ''];
      show([...heading(title, screen.paint), ...told]);
    },
    close: () => api.close(),
  };
}
