import type { Scene } from './scene.ts';

/** Does something once, right before the first call of the app that matches. */
export function onceBefore(
  scene: Scene,
  matches: (method: string, path: string) => boolean,
  act: () => Promise<unknown>,
): void {
  let done = false;
  scene.intercept = async (method, path) => {
    if (done || !matches(method, path)) return;
    done = true;
    await act();
  };
}
