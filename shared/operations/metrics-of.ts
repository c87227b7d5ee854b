import { renewalWindow } from '../lifecycle/due.ts';
import type { CaId } from '../lifecycle/observed.ts';
import type { Metric, MetricName } from '../metrics.ts';
import type { Looked } from './look-at.ts';
import type { Plan, PlannedEntry } from './planned.ts';

/**
 * How everything stands, in numbers: of each managed CA its newest generation, and of each entry that is a generation of
 * one who refers to it. What could not be read has none.
 * @param looked what the plan was made from
 */
export function metricsOf(plan: Plan, looked: readonly Looked[]): readonly Metric[] {
  const entries = plan.provisioningServices.flatMap((service) =>
    service.kind === 'read' ? service.entries.flatMap((entry) => metricsOfEntry(service.id, entry)) : [],
  );
  return [...looked.flatMap(metricsOfCa), ...entries];
}

function metricsOfCa(looked: Looked): readonly Metric[] {
  const [newest] = looked.generations;
  if (newest === undefined) return [];
  const { certificate } = newest;
  const of = metricOn(looked.ca, certificate.thumbprint, {});
  const expires = of('ca_certificate_not_after_timestamp_seconds', seconds(certificate.notAfter));
  // Where a CA is refused, its tags may be what is wrong: when its window opens nobody knows.
  const opens = looked.kind === 'decided' ? renewalWindow(looked.observed) : undefined;
  return opens === undefined ? [expires] : [expires, of('ca_certificate_renewal_timestamp_seconds', seconds(opens))];
}

function metricsOfEntry(dps: string, entry: PlannedEntry): readonly Metric[] {
  const { ca, generation, name, thumbprint, isVerified, references, devices } = entry;
  if (ca === undefined || generation === undefined) return [];
  const of = metricOn(ca, thumbprint, { dps, generation });
  const states = devices === undefined ? [] : Object.entries(devices);
  return [
    ...(name !== undefined && isVerified !== undefined ? [of('ca_certificate_verified', isVerified ? 1 : 0)] : []),
    // A number that is too small would say that the way is free.
    ...(references?.isComplete ? [of('enrollments_per_generation', references.count)] : []),
    ...states.map(([state, count]) => of('devices_per_generation', Number(count), { state })),
  ];
}

function metricOn({ name: ca, vaultUrl: vault }: CaId, thumbprint: string, more: Metric['dimensions']) {
  return (name: MetricName, value: number, further: Metric['dimensions'] = {}): Metric => ({
    name,
    value,
    dimensions: { ca, vault, thumbprint, ...more, ...further },
  });
}

/** Unix seconds: the resolution of certificates (RFC 5280, section 4.1.2.5). */
function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
