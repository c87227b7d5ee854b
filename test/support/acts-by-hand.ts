import { AsyncLocalStorage } from 'node:async_hooks';

const acts = new AsyncLocalStorage<true>();

/** Does something as a person. What else goes on at the same time is not that person's. */
export function actByHand<T>(act: () => T): T {
  return acts.run(true, act);
}

/** Whether what runs now does so because of a person. */
export function isByHand(): boolean {
  return acts.getStore() === true;
}
