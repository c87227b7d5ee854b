/** For what the caller can put right: arguments, files named by them. */
const EXIT_USAGE = 2;

/**
 * What `read` makes of the command line. Where it throws, its message goes to standard error and the process ends with
 * `exitCode`; where `--help` was given, `usage` goes to standard output and the process ends with 0.
 */
export function readOptions<T extends { readonly help: boolean }>(
  usage: string,
  read: () => T,
  exitCode: number = EXIT_USAGE,
): T {
  let options: T;
  try {
    options = read();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(exitCode);
  }
  if (options.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  return options;
}
