/** The metrics that the app measures, each with its unit in its name where it has one. docs/telemetry.md has them all. */
export type MetricName =
  /** notAfter of a CA's newest generation, in Unix seconds. */
  | 'ca_certificate_not_after_timestamp_seconds'
  /** When the renewal window of a CA's newest generation opens, or has opened, in Unix seconds. */
  | 'ca_certificate_renewal_timestamp_seconds'
  /** Whether DPS accepted the proof of possession for an entry: 1 or 0. */
  | 'ca_certificate_verified'
  /** How long one step of a renewal took; of a step that failed, until it failed. */
  | 'renewal_step_duration_ms'
  /** 1 for each run of a renewal, however it ended. */
  | 'renewal_attempts'
  /** How many enrollments refer to a generation in a DPS. */
  | 'enrollments_per_generation'
  /** What is proved of the devices of an older generation, in numbers: moved, old or unknown. */
  | 'devices_per_generation'
  /** When a scan last read everything, in Unix seconds. */
  | 'scan_last_success_timestamp_seconds';

/** One measurement. */
export interface Metric {
  readonly name: MetricName;
  readonly value: number;
  /** What tells one series from another: names, as in events. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * How values of one series add up. `last`: the latest stands for itself, as of a clock's hand. `sum`: they are counted
 * together. `spread`: count, sum, least and most of them are kept.
 */
export const METRIC_KINDS: Readonly<Record<MetricName, 'last' | 'sum' | 'spread'>> = {
  ca_certificate_not_after_timestamp_seconds: 'last',
  ca_certificate_renewal_timestamp_seconds: 'last',
  ca_certificate_verified: 'last',
  renewal_step_duration_ms: 'spread',
  renewal_attempts: 'sum',
  enrollments_per_generation: 'last',
  devices_per_generation: 'last',
  scan_last_success_timestamp_seconds: 'last',
};
