import process from 'node:process';

/** What a child process gets of this one's environment: where programs are, and where compiled code is kept (run.mjs). */
export function inherited(): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
}
