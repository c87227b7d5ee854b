import * as z from 'zod';
import type { ServiceName } from '../service.ts';

const SERVICES = [
  'resourceManager',
  'keyVault',
  'enrollments',
  'devices',
  'identity',
  'ingestion',
] as const satisfies ServiceName[];

/** Node's timers count in 32 bits, and one that is longer fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

const EFFECTS = [
  '{"status": 400-599, "retryAfter"?: seconds}',
  '{"drop": "before" | "after"}',
  '{"delayMs": 0-2147483647}',
  '{"truncate": true}',
  '{"contentType": "text/html", "status"?: 200-599}',
  '{"expireToken": true}',
  '{"stale": true}',
];

const effectSchema = z.union(
  [
    z.strictObject({ status: z.int().min(400).max(599), retryAfter: z.number().nonnegative().optional() }),
    z.strictObject({ drop: z.enum(['before', 'after']) }),
    z.strictObject({ delayMs: z.int().min(0).max(LONGEST_TIMER_MS) }),
    z.strictObject({ truncate: z.literal(true) }),
    z.strictObject({
      contentType: z.string().regex(/^[\w.+-]+\/[\w.+-]+$/),
      status: z.int().min(200).max(599).optional(),
    }),
    z.strictObject({ expireToken: z.literal(true) }),
    z.strictObject({ stale: z.literal(true) }),
  ],
  { error: `must be one of ${EFFECTS.join(', ')}` },
);

const faultSchema = z.strictObject({
  service: z.enum(SERVICES),
  instance: z.string().optional(),
  method: z.string().optional(),
  path: z
    .string()
    .refine(isRegularExpression, { error: (issue) => `${JSON.stringify(issue.input)} is not a regular expression` })
    .optional(),
  skip: z.int().nonnegative().optional(),
  times: z.int().positive().optional(),
  effect: effectSchema,
});

/**
 * What to do to some requests. `instance` (which vault or DPS), `method` and `path` (a regular expression on the URL's
 * path), case ignored in all three, narrow the requests of a service; the first `skip` (default 0) that match go
 * unharmed, the next `times` (default 1) do not.
 */
export type Fault = z.infer<typeof faultSchema>;

/**
 * What befalls a request. Instead of being carried out it is answered
 * - `status`: with this error, as whoever gives that status would;
 * - `expireToken`: with the 401 and the challenge of a token that is not accepted, though it is good;
 * - `contentType`: with a page of that type and `status` (default 200), as a proxy or a gateway on the way does;
 * - `stale`: if it reads, with what the same read was answered before the last write to that vault or DPS (of all DPS
 *   for the resource manager). Answers are kept from the moment that a list with such a fault is set. A read that is not
 *   known from before, and whatever does not read, is carried out.
 *
 * It is carried out, but
 * - `drop`: the connection breaks, `before` (then it is not carried out) or `after` that;
 * - `truncate`: the connection breaks in the middle of the answer's body, after headers that announce all of it; an
 *   answer without a body is not begun;
 * - `delayMs`: that much later.
 */
export type FaultEffect = Fault['effect'];

/** The requests of one service that a fault is matched against. */
export interface FaultTarget {
  readonly service: ServiceName;
  readonly instance: string;
  readonly method: string;
  readonly path: string;
}

/** Called once for each request, with what befalls it as the answer. */
export type EffectOn = (target: FaultTarget) => FaultEffect | undefined;

/** Either the faults, or one sentence for each thing that is wrong with them. */
export type ParsedFaults = { readonly faults: Fault[] } | { readonly errors: string[] };

/** Parses the body of `PUT /faults`: a JSON array of `Fault`. */
export function parseFaults(value: unknown): ParsedFaults {
  const parsed = z.array(faultSchema).safeParse(value);
  if (parsed.success) return { faults: parsed.data };
  return {
    errors: parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || 'the list'}: ${issue.message}`),
  };
}

/**
 * Arms a list of faults. The function it returns is called once for each request and tells what befalls it: the first
 * matching fault in the list that is neither skipping nor used up. Several faults may skip the same request.
 */
export function armFaults(faults: readonly Fault[]): EffectOn {
  const armed = faults.map((fault) => ({ fault, skips: fault.skip ?? 0, times: fault.times ?? 1 }));
  return (target) => {
    for (const entry of armed) {
      if (!matches(entry.fault, target)) continue;
      if (entry.skips > 0) {
        entry.skips -= 1;
      } else if (entry.times > 0) {
        entry.times -= 1;
        return entry.fault.effect;
      }
    }
    return undefined;
  };
}

function matches(fault: Fault, target: FaultTarget): boolean {
  return (
    fault.service === target.service &&
    (fault.instance === undefined || fault.instance.toLowerCase() === target.instance.toLowerCase()) &&
    (fault.method === undefined || fault.method.toUpperCase() === target.method) &&
    (fault.path === undefined || new RegExp(fault.path, 'i').test(target.path))
  );
}

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
