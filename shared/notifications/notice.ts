import type { LifecycleEvent } from '../events.ts';

/** An event for people who were not there. */
export interface Notice {
  readonly event: LifecycleEvent;
  /** To which CA, entry or setting. */
  readonly subject: string;
  /** What happened, or why; a sentence or two. */
  readonly text: string;
  /** What a person should do about this one, where its kind does not say that already. */
  readonly toDo?: string;
}

/** What is said of all events of a kind. */
export interface Kind {
  readonly tone: 'attention' | 'good' | 'neutral';
  readonly one: string;
  /** Headline of several, after their number. */
  readonly many: string;
  /** What a person should do; `undefined`: nothing. */
  readonly toDo: string | undefined;
}

/** The kind of an event: its name, and of what is only at times worth a person's time, whether it is. */
export function kindOf(event: LifecycleEvent): Kind {
  switch (event.event) {
    case 'renewal_refused':
      return attention(
        'A renewal needs a person',
        'renewals need a person',
        'What it says for each; docs/operations.md has more. The app goes on by itself at the next scan.',
      );
    case 'renewal_abandoned':
      return attention(
        'A renewal was given up until the next scan',
        'renewals were given up until the next scan',
        'Nothing yet: the next scan tries again. If this comes again, look for the errors in the log.',
      );
    case 'certificate_unmanaged':
      return attention(
        'A CA certificate that nobody renews',
        'CA certificates that nobody renews',
        'Add its vault to KEY_VAULT_URLS, renew it by hand before it expires, or delete the entry if no device needs it.',
      );
    case 'attestation_lost':
      return attention(
        'Evidence of a registration was lost',
        'pieces of evidence were lost',
        'Nothing yet: the device brings it again when it registers. If this goes on, look for the errors in the log.',
      );
    case 'settings_invalid':
      return attention(
        'Settings are wrong',
        'reports of wrong settings',
        'Correct the settings of the function app; it restarts with them by itself.',
      );
    case 'certificate_requested':
      return event.csr === undefined
        ? neutral('A certificate was requested', 'certificates were requested')
        : attention(
            'A certification request waits to be signed',
            'certification requests wait to be signed',
            'Have its issuer sign the CSR, which the status page shows, and merge the certificate in the vault.',
          );
    case 'scan_completed':
      return kindOfScan(event);
    case 'certificate_trusted':
      return {
        ...good('A new CA certificate is trusted everywhere', 'new CA certificates are trusted everywhere'),
        toDo: 'Issue device certificates with this version from now on.',
      };
    case 'certificate_retired':
      return good('An old CA certificate was retired', 'old CA certificates were retired');
    default:
      return MILESTONES[event.event] ?? neutral(event.event, event.event);
  }
}

function kindOfScan({ managed, failures }: Extract<LifecycleEvent, { readonly event: 'scan_completed' }>): Kind {
  if (managed > 0 && failures.length === 0) return neutral('All could be read', 'scans could read everything');
  if (managed > 0 && failures.every(({ reason }) => reason !== undefined)) {
    return attention(
      'A CA cannot go on by itself',
      'scans found CAs that cannot go on by themselves',
      'What it waits for; docs/operations.md has more. The app goes on by itself at the next scan.',
    );
  }
  return attention(
    managed === 0 ? 'Nothing is managed' : 'A scan could not read everything',
    'scans could not read everything',
    'Check KEY_VAULT_URLS, DPS_RESOURCE_IDS and the permissions of the app’s identity (docs/security.md).',
  );
}

const MILESTONES: Readonly<Partial<Record<LifecycleEvent['event'], Kind>>> = {
  version_disabled: neutral('A left-over version was disabled', 'left-over versions were disabled'),
  certificate_issued: neutral('A new CA certificate was issued', 'new CA certificates were issued'),
  certificate_uploaded: neutral('A CA certificate was uploaded', 'CA certificates were uploaded'),
  possession_proven: neutral('DPS has verified a CA certificate', 'CA certificates were verified'),
  enrollment_moved: neutral('An enrollment was moved', 'enrollments were moved'),
  renewal_settled: neutral('A renewal has come to rest', 'renewals have come to rest'),
};

function attention(one: string, many: string, toDo: string): Kind {
  return { tone: 'attention', one, many, toDo };
}

function good(one: string, many: string): Kind {
  return { tone: 'good', one, many, toDo: undefined };
}

function neutral(one: string, many: string): Kind {
  return { tone: 'neutral', one, many, toDo: undefined };
}
