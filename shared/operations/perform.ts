import type { Action } from '../lifecycle/next-step.ts';
import { newestOf, type Observed } from '../lifecycle/observed.ts';
import {
  afterEntry,
  afterIssue,
  afterReferences,
  afterRequest,
  afterSeed,
  afterTidy,
} from '../lifecycle/observed-after.ts';
import type { Ports, ProvisioningService } from '../ports.ts';
import { changeReferences } from './change-references.ts';
import { assertMadeOnce, issue } from './issue.ts';
import { OutOfTime } from './out-of-time.ts';
import { prove } from './prove.ts';
import { request } from './request.ts';
import { deleteEntry } from './retire.ts';
import { makeSeed, tidy } from './seed.ts';

/** The renewal that a step belongs to. */
export interface RenewalContext {
  readonly renewalId: string;
  readonly deadline: Date;
}

/**
 * Does one thing, says so, and returns what is known after it.
 * Throws `Conflict`, `Refused`, `OutOfTime`, or an ordinary error for what may succeed later.
 */
export async function perform(
  ports: Ports,
  observed: Observed,
  action: Action,
  { renewalId, deadline }: RenewalContext,
): Promise<Observed> {
  const { ca } = observed;
  const common = { renewalId, ca: ca.name, vault: ca.vaultUrl };
  switch (action.step) {
    case 'request': {
      const { step, reason, key } = action;
      const requested = { event: 'certificate_requested', ...common, step, reason, key } as const;
      if (key === 'seed') {
        const seed = await makeSeed(ports, observed);
        ports.emit(requested);
        return afterSeed(observed, seed);
      }
      const pending = await request(ports, observed, key);
      const csr = observed.tags.issuer === 'external' && pending.csr && Buffer.from(pending.csr).toString('base64');
      ports.emit({ ...requested, ...(csr && { csr }) });
      return afterRequest(observed, pending);
    }
    case 'tidy': {
      await tidy(ports, observed, action);
      for (const { certificate } of action.versions) {
        const { thumbprint } = certificate;
        ports.emit({ event: 'version_disabled', ...common, step: action.step, reason: action.reason, thumbprint });
      }
      return afterTidy(observed, action.versions);
    }
    case 'issue': {
      const generation = await issue(ports, observed, action);
      const { thumbprint, notAfter } = generation.certificate;
      const facts = { thumbprint, notAfter: notAfter.toISOString(), issuer: action.issuer.ca.name };
      ports.emit({ event: 'certificate_issued', ...common, step: action.step, reason: action.reason, ...facts });
      const after = afterIssue(observed, generation);
      await assertMadeOnce(ports, after);
      return after;
    }
    case 'upload': {
      const { certificate } = action.generation;
      const entry = await serviceOf(ports, action.dps).upload(action.name, certificate.der);
      const facts = { dps: action.dps, entry: entry.name, thumbprint: certificate.thumbprint };
      ports.emit({ event: 'certificate_uploaded', ...common, step: action.step, reason: action.reason, ...facts });
      return afterEntry(observed, action.dps, entry);
    }
    case 'prove': {
      const { generation } = action;
      const entry = await prove(ports, ca.vaultUrl, serviceOf(ports, action.dps), generation, action.entry);
      const facts = { dps: action.dps, entry: entry.name, thumbprint: generation.certificate.thumbprint };
      ports.emit({ event: 'possession_proven', ...common, step: action.step, reason: action.reason, ...facts });
      return afterEntry(observed, action.dps, entry);
    }
    case 'move':
      return moveReferences(ports, observed, action, { renewalId, deadline });
    case 'retire': {
      const { entry, ...step } = action;
      if (entry === undefined) return moveReferences(ports, observed, action, { renewalId, deadline });
      await deleteEntry(ports, observed, serviceOf(ports, action.dps), { ...step, entry });
      const { evidence } = action;
      const facts = {
        dps: action.dps,
        entry: entry.name,
        thumbprint: action.thumbprint,
        ...(evidence && { evidence }),
      };
      ports.emit({ event: 'certificate_retired', ...common, step: action.step, reason: action.reason, ...facts });
      return afterReferences(observed, action.dps, (service) => ({
        entries: service.entries.filter(({ name }) => name !== entry.name),
      }));
    }
  }
}

/** Has references take in the newest generation, or let go of an older one. */
async function moveReferences(
  ports: Ports,
  observed: Observed,
  { step, dps }: Extract<Action, { readonly step: 'move' | 'retire' }>,
  { renewalId, deadline }: RenewalContext,
): Promise<Observed> {
  const { ca } = observed;
  const { thumbprint } = newestOf(observed).certificate;
  const service = observed.services.find(({ id }) => id === dps);
  if (service?.kind !== 'read') throw new Error(`Cannot change the references of '${dps}': it was not read`);
  const kind = step === 'move' ? 'move' : 'release';
  const { enrollments, unfinished } = await changeReferences(
    ports,
    observed,
    service,
    kind,
    deadline,
    (after, taken) => {
      const evidence = 'evidence' in taken && taken.evidence;
      const what = { step, reason: taken.reason, dps, enrollment: after.id, kind: after.kind, thumbprint };
      const common = { renewalId, ca: ca.name, vault: ca.vaultUrl };
      ports.emit({ event: 'enrollment_moved', ...common, ...what, ...(evidence && { evidence }) });
    },
  );
  if (unfinished) throw new OutOfTime(`The references of '${ca.name}' in ${service.name} are not all changed yet`);
  const { referring } = service;
  if (referring.kind !== 'all') return observed;
  // What registrations prove of the references that stay says why they do.
  return afterReferences(observed, dps, () => ({ referring: { ...referring, enrollments } }));
}

function serviceOf(ports: Ports, dps: string): ProvisioningService {
  const service = ports.services.get(dps);
  if (service === undefined) throw new Error(`'${dps}' is not one of the configured provisioning services`);
  return service;
}
