import type { Scene } from './scene.ts';

/** Breaks every call from the given one on; with `after`, the given one is still performed. */
export function interruptAt(scene: Scene, at: number, when: 'before' | 'after'): void {
  let count = 0;
  scene.intercept = () => {
    const broken = when === 'before' ? count >= at : count > at;
    count += 1;
    if (broken) throw new Error('connection lost');
  };
}
