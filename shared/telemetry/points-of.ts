import { METRIC_KINDS, type Metric } from '../metrics.ts';

/**
 * The measurements as they are to be recorded. Every metric of the SDK is a histogram: what is recorded twice comes out as
 * a sum of two. So of what stands for itself only the latest of each series is recorded, once; then sum, least and most
 * are all that one value, and a query may read any of them.
 */
export function pointsOf(metrics: readonly Metric[]): readonly Metric[] {
  const latest = new Map(metrics.map((metric) => [seriesOf(metric), metric]));
  return metrics.filter((metric) => METRIC_KINDS[metric.name] !== 'last' || latest.get(seriesOf(metric)) === metric);
}

function seriesOf({ name, dimensions }: Metric): string {
  return JSON.stringify([name, Object.entries(dimensions).sort()]);
}
