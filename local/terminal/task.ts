/** Shows `label` while `work` is running, and what `done` says of its result when it has ended. Hands `work` on. */
export type Task = <T>(label: string, work: Promise<T>, done?: (result: T) => string) => Promise<T>;
