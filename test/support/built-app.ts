import type { TestProject } from 'vitest/node';
import { buildAppFolder } from '../../local/app-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the app as it is deployed. */
    builtApp: string;
  }
}

/** Bundles the app once, for all test files that run it; gone after the last one. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await buildAppFolder();
  provide('builtApp', folder.path);
  return folder.close;
}
