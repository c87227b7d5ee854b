import type { EnrollmentContent } from './enrollment-store.ts';

/** Whether an enrollment's caReferences name a DPS certificate, in whatever case. */
export function namesEntry({ references }: EnrollmentContent, entry: string): boolean {
  return references.some((each) => 'entry' in each && each.entry.toLowerCase() === entry.toLowerCase());
}
