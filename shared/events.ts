import type { DenialReason } from './allocation/denial-reasons.ts';
import type { WeightsGap } from './allocation/published-hubs.ts';
import type { AskedKey } from './lifecycle/asked-key.ts';
import type { EvidenceCounts } from './lifecycle/evidence.ts';
import type { RefusalReason, StepReason, WaitReason } from './lifecycle/reasons.ts';

/** Facts that a renewal shares: which CA (certificate name), in which vault (URL), in which renewal. */
interface OfRenewal {
  readonly renewalId: string;
  readonly ca: string;
  readonly vault: string;
}

/** What a scan could not read, or which CA cannot go on; the rest of the scan went on. */
export interface ScanFailure {
  /** Vault URL, DPS resource id, or `vault URL/certificate name`. */
  readonly target: string;
  readonly message: string;
  /** Why a CA waits for what may never come by itself; absent where something could not be read. */
  readonly reason?: WaitReason;
}

/**
 * Everything this app tells the world, past tense for facts. Payload keys keep their names and meanings once published:
 * alerts and workbooks are built on them. Times are ISO 8601, thumbprints SHA-1 in upper-case hex, `dps` is a
 * resource id, durations are in milliseconds.
 */
export type LifecycleEvent =
  /** A scan came to its end. `managed: 0` is an alert: nothing is watched over. */
  | {
      readonly event: 'scan_completed';
      readonly managed: number;
      /** CAs that have a step to take. A message is put on the queue for each, unless `mode` is `plan`. */
      readonly renewing: readonly { readonly vault: string; readonly ca: string }[];
      /** CAs of which the renewal window has opened (`since`), and that have not been renewed: those that end first. */
      readonly due: readonly {
        readonly vault: string;
        readonly ca: string;
        readonly since: string;
        readonly notAfter: string;
      }[];
      readonly mode: 'enforce' | 'plan';
      readonly waiting: number;
      readonly refused: number;
      readonly unmanaged: number;
      readonly failures: readonly ScanFailure[];
      readonly durationMs: number;
      /** How many of each list are not named here, where any are not: a line of the log has an end. */
      readonly leftOut?: Readonly<Partial<Record<'renewing' | 'due' | 'failures', number>>>;
    }
  /** An entry in a DPS whose CA is in no configured vault: never touched, and nobody renews it. */
  | {
      readonly event: 'certificate_unmanaged';
      readonly dps: string;
      readonly entry: string;
      readonly thumbprint: string;
      readonly notAfter: string | undefined;
    }
  /** Key Vault made a key and a certification request. */
  | (OfRenewal & {
      readonly event: 'certificate_requested';
      readonly step: 'request';
      readonly reason: StepReason;
      /** `seed`: a temporary version, so that the new key of a root can sign. */
      readonly key: AskedKey;
      /** PKCS#10, base64 of the DER: where somebody else is to sign it (`issuer=external`). */
      readonly csr?: string;
    })
  /** A version that a renewal left behind is disabled: a root's seed, or the result of two renewals that met. */
  | (OfRenewal & {
      readonly event: 'version_disabled';
      readonly step: 'tidy';
      readonly reason: StepReason;
      readonly thumbprint: string;
    })
  /** The new generation is in the vault. */
  | (OfRenewal & {
      readonly event: 'certificate_issued';
      readonly step: 'issue';
      readonly reason: StepReason;
      readonly thumbprint: string;
      readonly notAfter: string;
      readonly issuer: string;
    })
  /** A generation is in a DPS, not verified yet. */
  | (OfRenewal & {
      readonly event: 'certificate_uploaded';
      readonly step: 'upload';
      readonly reason: StepReason;
      readonly dps: string;
      readonly entry: string;
      readonly thumbprint: string;
    })
  /** DPS accepted the proof of possession: the entry is verified. */
  | (OfRenewal & {
      readonly event: 'possession_proven';
      readonly step: 'prove';
      readonly reason: StepReason;
      readonly dps: string;
      readonly entry: string;
      readonly thumbprint: string;
    })
  /** An enrollment refers to the newest generation (`move`), or does without an older one (`retire`). */
  | (OfRenewal & {
      readonly event: 'enrollment_moved';
      readonly step: 'move' | 'retire';
      readonly reason: StepReason;
      readonly dps: string;
      readonly enrollment: string;
      readonly kind: 'group' | 'individual';
      /** Of the newest generation. */
      readonly thumbprint: string;
      /** How many devices were proved to have moved, where the older version goes for that (`devices-moved`). */
      readonly evidence?: EvidenceCounts;
    })
  /** The newest generation is verified, and referred to wherever an older one is, in every DPS: use it from now on. */
  | {
      readonly event: 'certificate_trusted';
      /** Absent where a scan is the first to see it. */
      readonly renewalId?: string;
      readonly ca: string;
      readonly vault: string;
      /** Of the vault: what issues device certificates should pin. */
      readonly version: string;
      readonly thumbprint: string;
      readonly notAfter: string;
    }
  /** The entry of an older version is deleted. */
  | (OfRenewal & {
      readonly event: 'certificate_retired';
      readonly step: 'retire';
      readonly reason: StepReason;
      readonly dps: string;
      readonly entry: string;
      readonly thumbprint: string;
      /** As of `enrollment_moved`; of all enrollments of the CA in that DPS. */
      readonly evidence?: EvidenceCounts;
    })
  /** Nothing is left to do for this CA now. `steps` is what was done; empty if somebody else had done it all. */
  | (OfRenewal & {
      readonly event: 'renewal_settled';
      readonly steps: readonly string[];
      readonly waits: readonly {
        readonly lane: string;
        readonly reason: WaitReason;
        readonly until?: string;
        readonly detail?: string;
      }[];
      readonly thumbprint: string;
      readonly notAfter: string;
      readonly durationMs: number;
    })
  /** A person must act. `dps` where one lane alone is refused; `message` says what to do. */
  | {
      readonly event: 'renewal_refused';
      readonly renewalId?: string;
      readonly ca?: string;
      readonly vault?: string;
      readonly dps?: string;
      readonly reason: RefusalReason;
      readonly message: string;
    }
  /** A message failed as often as the queue allows. The next scan makes a new one; until then nobody tries. */
  | {
      readonly event: 'renewal_abandoned';
      readonly ca?: string;
      readonly vault?: string;
      readonly message: string;
    }
  /** The webhook has told DPS which hub a device goes to. */
  | {
      readonly event: 'device_allocated';
      readonly registrationId: string;
      readonly enrollment: string;
      readonly kind: 'group' | 'individual';
      readonly hub: string;
      /** Name of the rule that decided; `default` where none matched. */
      readonly rule: string;
      /** Where the device has been so far, maybe the same; absent for a device that is new. */
      readonly from?: string;
      /** Why the hubs' weights in the DPS did not count: all were taken for 1 where the rule gave none. */
      readonly weights?: WeightsGap;
    }
  /** The webhook has turned a device away, and DPS fails its registration. */
  | {
      readonly event: 'allocation_denied';
      /** Absent, as is the enrollment, where the request could not be read. */
      readonly registrationId?: string;
      readonly enrollment?: string;
      readonly kind?: 'group' | 'individual';
      readonly reason: DenialReason;
      readonly message: string;
    }
  /** Evidence of a registration could not be kept; what was kept before stands. The device's next one brings it anew. */
  | {
      readonly event: 'attestation_lost';
      readonly registrationId?: string;
      readonly enrollment?: string;
      /** `malformed-message`: not one of the webhook's. `attempts-exhausted`: it failed as often as the queue allows. */
      readonly reason: 'malformed-message' | 'attempts-exhausted';
      readonly message: string;
    }
  /** Settings are wrong; no function that needs them does anything until they are mended. All faults at once. */
  | { readonly event: 'settings_invalid'; readonly faults: readonly string[] }
  /** What an invocation has to say did not reach Application Insights, all of it or a part. The log has every event. */
  | { readonly event: 'telemetry_lost'; readonly message: string }
  /** Somebody was to be told something, and could not be. The log has every event. */
  | { readonly event: 'notification_lost'; readonly message: string };

export type RefusalEvent = Extract<LifecycleEvent, { readonly event: 'renewal_refused' }>;

export type EventName = LifecycleEvent['event'];

/** Whether somebody should look at an event. Decides the log level, and so what survives sampling. */
export function needsAttention(event: LifecycleEvent): boolean {
  switch (event.event) {
    case 'certificate_unmanaged':
    case 'renewal_refused':
    case 'renewal_abandoned':
    case 'allocation_denied':
    case 'attestation_lost':
    case 'settings_invalid':
    case 'telemetry_lost':
    case 'notification_lost':
      return true;
    case 'certificate_requested':
      return event.csr !== undefined;
    case 'scan_completed':
      return event.managed === 0 || event.failures.length > 0;
    default:
      return false;
  }
}

/**
 * Which events somebody can be notified of. Not those of the webhook, where a device waits, and not that something could
 * not be sent.
 */
export const NOTIFIABLE = {
  scan_completed: true,
  certificate_unmanaged: true,
  certificate_requested: true,
  version_disabled: true,
  certificate_issued: true,
  certificate_uploaded: true,
  possession_proven: true,
  enrollment_moved: true,
  certificate_trusted: true,
  certificate_retired: true,
  renewal_settled: true,
  renewal_refused: true,
  renewal_abandoned: true,
  device_allocated: false,
  allocation_denied: false,
  attestation_lost: true,
  settings_invalid: true,
  telemetry_lost: false,
  notification_lost: false,
} as const satisfies Readonly<Record<EventName, boolean>>;
