import { messageOf, Refused } from '../errors.ts';
import { type CaId, newestOf, type Observed } from '../lifecycle/observed.ts';
import { explain, type RefusalReason, type WaitReason } from '../lifecycle/reasons.ts';
import { vaultStep } from '../lifecycle/vault-lane.ts';
import type { App } from './app.ts';
import type { Asked, Denied } from './asked.ts';
import { findNamed } from './find-named.ts';
import { observe } from './observe.ts';
import type { RenewalWish } from './parse-renewal-wish.ts';
import { planStep } from './plan-ca.ts';
import { observeWorld, type World } from './world.ts';

/** Waits of a forced renewal that end in it: in the same run, or by somebody else's signature. */
const ON_ITS_WAY: readonly string[] = ['issuer-due', 'external-signature'] satisfies WaitReason[];

/**
 * Finds the one CA that somebody asks for, and makes the message that has it renewed: with the thumbprint of its newest
 * generation where it is forced, so that a message that comes twice forces once. Refuses what could come to nothing only,
 * so that whoever asks hears it at once and not from the log. Writes nothing.
 */
export async function askRenewal(app: App, wish: RenewalWish): Promise<Asked> {
  if (app.mode === 'plan') {
    return {
      kind: 'refused',
      reason: 'plan-mode',
      message: 'MODE=plan: the app writes nothing. Set MODE=enforce first.',
    };
  }
  const world = observeWorld(app.ports);
  const found = await findNamed(world, wish);
  return 'kind' in found ? found : askFor(app, world, found, wish.force);
}

async function askFor(app: App, world: World, ca: CaId, force: RenewalWish['force']): Promise<Asked> {
  const { ports, wishes } = app;
  const now = ports.now();
  let observed: Observed;
  try {
    const [newest] = (await world.lineage(ca)).generations;
    const forced = force !== false ? newest?.certificate.thumbprint : undefined;
    observed = await observe(ports, world, ca, { ...wishes, now, forced });
  } catch (error) {
    return deniedBy(error, ca);
  }
  const { thumbprint, notAfter } = newestOf(observed).certificate;
  if (observed.tags.paused) return refused('paused', ca, 'take the tag off its newest version first');
  if (typeof force === 'string' && force !== thumbprint) return replaced(ca, force, thumbprint);
  const step = vaultStep(observed, now);
  const isInVain = step.step === 'refuse' || (step.step === 'wait' && !ON_ITS_WAY.includes(step.reason));
  // Without force there is no telling: enrollments may have a step to take.
  if (force !== false && isInVain) return refused(step.reason, ca, step.detail);
  const message = { ...ca, ...(force !== false && { force: thumbprint }) };
  return { kind: 'queued', at: now, message, thumbprint, notAfter, next: planStep({ lane: 'vault', ...step }, now) };
}

function replaced({ name, vaultUrl }: CaId, asked: string, newest: string): Denied {
  const message = `The newest version of '${name}' in ${vaultUrl} is ${newest}; ${asked} is not, or not any more.`;
  return { kind: 'refused', reason: 'not-newest', message };
}

function deniedBy(error: unknown, ca: CaId): Denied {
  if (!(error instanceof Refused)) {
    const message = `'${ca.name}' in ${ca.vaultUrl} could not be looked at: ${messageOf(error)}. Ask again.`;
    return { kind: 'unreadable', reason: 'unreadable', message };
  }
  const { reason } = error;
  return { ...refused(reason, ca, error.message), kind: reason === 'unknown-ca' ? 'unknown' : 'refused' };
}

function refused(reason: RefusalReason | WaitReason, ca: CaId, detail: string | undefined): Denied {
  const why = detail === undefined || detail === '' ? '' : ` (${detail})`;
  const message = `'${ca.name}' in ${ca.vaultUrl}: ${explain(reason)}${why}`;
  return { kind: 'refused', reason, message };
}
