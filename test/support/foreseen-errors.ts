import { Conflict, messageOf, Refused } from '../../shared/errors.ts';

/** What JavaScript throws of itself, and what that says where only the text is left. */
const MISTAKES = [TypeError, RangeError, ReferenceError, SyntaxError] as const;
const MISTAKEN =
  /(^|\. \()(Cannot (read|set) propert|Cannot access '|\S+ is not (a function|iterable|defined|a constructor))/;

/** Whether a text is what a mistake in the program says, and nobody has put it into words. */
export function isMistaken(message: string): boolean {
  return MISTAKEN.test(message);
}

/** How the adapters and the operations begin what they throw on purpose. */
function isSaid(message: string): boolean {
  return /^(Cannot |Key Vault (is|has) |No time is left )/.test(message) && !isMistaken(message);
}

/**
 * What in an error is neither for another decision, nor for a person, nor said by an adapter: a mistake in the program.
 * @param isForeseen tells by its text what else may be; default what the app says itself
 */
export function unexpectedIn(error: unknown, isForeseen: (message: string) => boolean = isSaid): readonly string[] {
  if (error instanceof AggregateError) return error.errors.flatMap((each) => unexpectedIn(each, isForeseen));
  if (error instanceof Conflict || error instanceof Refused) return [];
  const isMistake = MISTAKES.some((kind) => error instanceof kind);
  if (!isMistake && isForeseen(messageOf(error))) return [];
  return [error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
}

/** What tests in this process have calls fail with, and nothing else. */
export function isInjected(message: string): boolean {
  return /^(connection lost|the process has died)/.test(message);
}
