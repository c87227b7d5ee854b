import type { Scene } from './scene.ts';

/** Has each call of a scene wait for a random number of turns, so that runs side by side meet differently for each seed. */
export function interleave(scene: Scene, seed: number): void {
  const random = randomFrom(seed + 1);
  scene.intercept = async () => {
    for (let turns = Math.floor(random() * 8); turns > 0; turns -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
}

/** A small generator of numbers from 0 to 1 (mulberry32), so that a failing case can be run again. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
