import { statusOf } from './rest-error.ts';

/**
 * Lets the first call of a client end before any other starts. A Key Vault client sends its first request without body
 * and token, to be challenged; where two do so at once, one of them loses its body for good ("Request body not
 * specified"). Once any answer has come, even a 404, the client knows its challenge and calls run freely.
 */
export function warmUp(): <T>(call: () => Promise<T>) => Promise<T> {
  let warm = false;
  let warming: Promise<void> | undefined;
  return async (call) => {
    while (!warm && warming !== undefined) await warming;
    if (warm) return call();
    const running = call();
    const answered = running.then(
      () => true,
      (error: unknown) => statusOf(error) !== undefined,
    );
    warming = answered.then((answer) => {
      warm = answer;
      warming = undefined;
    });
    return running;
  };
}
