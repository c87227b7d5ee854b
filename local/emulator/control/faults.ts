import * as z from 'zod';
import type { ServiceName } from '../service.ts';

const SERVICES = ['resourceManager', 'keyVault', 'enrollments', 'devices', 'identity'] as const satisfies ServiceName[];

/** Node's timers count in 32 bits, and one that is longer fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

const effectSchema = z.union(
  [
    z.strictObject({ status: z.int().min(400).max(599), retryAfter: z.number().nonnegative().optional() }),
    z.strictObject({ drop: z.enum(['before', 'after']) }),
    z.strictObject({ delayMs: z.int().min(0).max(LONGEST_TIMER_MS) }),
  ],
  {
    error:
      'must be {"status": 400-599, "retryAfter"?: seconds}, {"drop": "before" | "after"} or {"delayMs": 0-2147483647}',
  },
);

const faultSchema = z.strictObject({
  service: z.enum(SERVICES),
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
 * What to do to some requests. `method` and `path` (a regular expression on the URL's path, case ignored) narrow the
 * requests of a service; the first `skip` (default 0) that match go unharmed, the next `times` (default 1) do not.
 */
export type Fault = z.infer<typeof faultSchema>;
export type FaultEffect = Fault['effect'];

/** The requests of one service that a fault is matched against. */
export interface FaultTarget {
  readonly service: ServiceName;
  readonly method: string;
  readonly path: string;
}

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
export function armFaults(faults: readonly Fault[]): (target: FaultTarget) => FaultEffect | undefined {
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
