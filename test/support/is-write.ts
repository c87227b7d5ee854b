/** The one POST of the enrollments API that changes nothing: it lists them. */
const QUERY = /\/enrollment(?:Group)?s\/query$/i;

/** Whether a call changes anything, or signs anything. All but reads and the queries that list enrollments do. */
export function isWrite({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method !== 'GET' && !(method === 'POST' && QUERY.test(path));
}
