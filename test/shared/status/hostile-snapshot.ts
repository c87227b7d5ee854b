import type { Snapshot } from '../../../shared/operations/snapshot.ts';
import { busy, stopped } from './sample-reports.ts';

/** Breaks out of text, attributes, comments, styles and titles, wherever one of them is not escaped. */
export const MARK = `'"--></style></title></textarea><script>globalThis.pwned=1</script><img src=x onerror="globalThis.pwned=1">{{7*7}}`;

/** What the app writes itself: members of closed unions, and dates. */
const OURS = new Set(
  'at event kind standing generation step towards severity mode what notBefore notAfter createdOn windowOpens csr metAt'.split(
    ' ',
  ),
);

/** The document of a snapshot of which every text that comes from elsewhere is `text`: names, ids, addresses, messages. */
export function hostileDocument(text: string): unknown {
  return JSON.parse(JSON.stringify(everything()), (key, value) =>
    typeof value !== 'string' || OURS.has(key) ? value : text,
  );
}

/** Whatever a snapshot may hold, in one. */
function everything(): Snapshot {
  const [one, other] = [busy(), stopped()];
  return {
    ...one,
    provisioningServices: [...one.provisioningServices, ...other.provisioningServices],
    cas: [...one.cas, ...other.cas],
    obstacles: [...one.obstacles, ...other.obstacles],
    scan: other.scan,
    history: [...other.history, ...one.history],
    blind: { at: one.at, failures: one.failures },
  };
}
