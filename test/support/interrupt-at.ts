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

/** Loses the answer of the given call, which is carried out; all others get through. */
export function loseAnswerOf(scene: Scene, at: number): void {
  let count = 0;
  scene.answered = () => {
    const lost = count === at;
    count += 1;
    if (lost) throw new Error('connection lost after the call');
  };
}
