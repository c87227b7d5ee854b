import { readFileSync } from 'node:fs';

/** The text of a file that an argument or a setting names. Throws an Error that names the file and what it is for. */
export function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot read the ${what} file '${file}': ${reason}`, { cause: error });
  }
}
