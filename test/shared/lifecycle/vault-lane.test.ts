import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Observed } from '../../../shared/lifecycle/observed.ts';
import { type VaultStep, vaultStep } from '../../../shared/lifecycle/vault-lane.ts';
import type { PendingRequest } from '../../../shared/ports.ts';
import { days, entry, generation, ISSUER, NOW, observed, service, tags } from '../../support/builders.ts';
import { certificationRequest } from '../../support/certification-request.ts';

/** In its window of 30 days: 20 are left. */
const DUE = { notBefore: days(-345), notAfter: days(20) };
const FOUND = {
  kind: 'found',
  isRekeyed: false,
  signers: [],
  ca: { vaultUrl: 'https://kv-root.vault.azure.net', name: 'root' },
} as const;

function due(given: Partial<Observed> = {}, vault: Partial<Observed['vault']> = {}): Observed {
  return observed(given, { generations: [generation(DUE)], ...vault });
}

describe('the vault lane waits', () => {
  it('while the window is not open, and says until when', () => {
    expect(vaultStep(observed(), NOW)).toEqual({ step: 'wait', reason: 'not-due', until: days(35) });
  });

  it('whatever is pending while the window is not open', () => {
    const pending = { requestId: 'r', issuerName: 'Self', csr: undefined };
    expect(vaultStep(observed({}, { pending }), NOW)).toMatchObject({ step: 'wait', reason: 'not-due' });
  });

  it.each([
    ['is not Active', [service([entry()], 'Transitioning')]],
    ['cannot be read', [{ kind: 'unreadable', id: '/dps/1', name: 'dps-1', detail: 'timeout' } as const]],
  ])('for a DPS that can use the result, when the only one %s', (_, services) => {
    const detail = expect.stringMatching(/^dps-1: (Transitioning|timeout)$/);
    expect(vaultStep(due({ services }), NOW)).toEqual({ step: 'wait', reason: 'no-service-ready', detail });
  });

  it('for Key Vault, which is making a version itself', () => {
    const pending = { requestId: 'r', issuerName: 'Self', csr: undefined };
    expect(vaultStep(due({}, { pending }), NOW)).toMatchObject({ step: 'wait', reason: 'operation-running' });
  });

  it.each([{ kind: 'unknown', detail: 'timeout' } as const])(
    'while the issuer may be in a vault that was not read (%j)',
    (issuer) => {
      expect(vaultStep(due({}, { issuer }), NOW)).toMatchObject({ step: 'wait', reason: 'vault-unreadable' });
    },
  );
});

describe('the vault lane refuses', () => {
  const short = generation({ notBefore: days(-3000), notAfter: days(25) });
  it.each<[string, Observed['vault']['issuer'], string]>([
    ['a certificate whose issuer is in no vault', { kind: 'missing' }, 'issuer-not-in-vault'],
    ['an issuer that has expired', { ...FOUND, generation: generation({ notAfter: days(-1) }) }, 'issuer-unusable'],
    ['an issuer not valid yet', { ...FOUND, generation: generation({ notBefore: days(1) }) }, 'issuer-unusable'],
    // 2% of the 365 days of DUE are 7.3; an issuer with 25 days left gives 5 more than its 20
    ['a renewal that gains next to nothing', { ...FOUND, generation: short }, 'issuer-first'],
  ])('%s', (_, issuer, reason) => {
    expect(vaultStep(due({}, { issuer }), NOW)).toMatchObject({ step: 'refuse', reason });
  });
});

describe('where no DPS has a free slot, the vault lane', () => {
  it.each([
    ['is full', [service(full(25, 'A'))]],
    ['has one slot left, which the newest generation needs first', [service(full(24, 'B'))]],
    ['is full, and the other one is not Active', [service(full(25, 'A')), service([entry()], 'Suspended', 'dps-2')]],
  ])('refuses when the only one %s', (_, services) => {
    expect(vaultStep(due({ services }), NOW)).toMatchObject({ step: 'refuse', reason: 'no-free-slot' });
  });

  it('requests all the same where a DPS holds more than the usual limit: that has been raised', () => {
    expect(vaultStep(due({ services: [service(full(31, 'A'))] }), NOW)).toMatchObject({ step: 'request' });
  });
});

describe('a key that the app cannot sign with', () => {
  const { spki } = certificateWith('P-521');
  it.each<[string, Observed]>([
    ['of the CA', due({}, { generations: [generation({ ...DUE, spki })] })],
    ['of its issuer', due({}, { issuer: { ...FOUND, generation: generation({ ...ISSUER.certificate, spki }) } })],
  ])('%s is refused before anything is asked for', (_, observation) => {
    expect(vaultStep(observation, NOW)).toMatchObject({ step: 'refuse', reason: 'unsupported-key' });
  });
});

describe('the vault lane requests', () => {
  it('once the window is open', () => {
    expect(vaultStep(due(), NOW)).toEqual({ step: 'request', reason: 'window-open', key: 'new' });
  });

  it('at the very moment the window opens', () => {
    const opening = observed({}, { generations: [generation({ notAfter: days(30) })] });
    expect(vaultStep(opening, NOW).step).toBe('request');
    expect(vaultStep(opening, new Date(NOW.getTime() - 1)).step).toBe('wait');
  });

  it('even when the CA has expired already', () => {
    const expired = observed({}, { generations: [generation({ notAfter: days(-3) })] });
    expect(vaultStep(expired, NOW).step).toBe('request');
  });

  it('if one DPS of several can use the result', () => {
    const services = [service([entry()], 'Suspended', 'dps-1'), service([entry()], 'Active', 'dps-2')];
    expect(vaultStep(due({ services }), NOW).step).toBe('request');
  });
});

describe('with a request pending, the vault lane', () => {
  const SUBJECT = 'CN=Plant A CA, O=Contoso';
  let ours: Awaited<ReturnType<typeof certificationRequest>>;
  let reversed: typeof ours;
  let otherSubject: typeof ours;
  let otherKey: typeof ours;
  beforeAll(async () => {
    ours = await certificationRequest(SUBJECT, 'P-256');
    reversed = await certificationRequest('O=Contoso, CN=Plant A CA', 'P-256');
    otherSubject = await certificationRequest('CN=Plant B CA, O=Contoso', 'P-256');
    otherKey = await certificationRequest(SUBJECT, 'P-384');
  });

  function decide(pending: Partial<PendingRequest>, exportable = false): VaultStep {
    const predecessor = generation({ ...DUE, subject: ours.subject, spki: ours.spki });
    return vaultStep(
      due(
        {},
        {
          generations: [predecessor],
          keyPolicy: { keyType: 'EC', reuseKey: false, exportable },
          pending: { requestId: 'r', issuerName: 'Unknown', csr: ours.csr, ...pending },
        },
      ),
      NOW,
    );
  }

  it('issues for it, under the issuer, for as long as the predecessor lived', () => {
    const step = decide({});
    expect(step).toMatchObject({ step: 'issue', reason: 'request-pending', request: { requestId: 'r' } });
    expect(step.step === 'issue' && step.issuer.generation).toBe(ISSUER);
    expect(step.step === 'issue' && step.validity.notAfter).toEqual(new Date(days(365).getTime() - 600_000));
  });

  it('takes a subject in another order for the same: Key Vault reverses it', () => {
    expect(decide({ csr: reversed.csr }).step).toBe('issue');
  });

  it.each<[string, () => VaultStep, string]>([
    ['another subject', () => decide({ csr: otherSubject.csr }), 'its subject is another'],
    ['another kind of key', () => decide({ csr: otherKey.csr }), 'its key is'],
    ['an exportable key', () => decide({}, true), 'its key is exportable'],
    ['no CSR', () => decide({ csr: undefined }), 'it shows no CSR'],
    ['a CSR that is none', () => decide({ csr: new Uint8Array([1, 2, 3]) }), 'its CSR cannot be read'],
  ])('refuses one with %s: nothing foreign is ever signed', (_, decided, detail) => {
    expect(decided()).toMatchObject({
      step: 'refuse',
      reason: 'foreign-request',
      detail: expect.stringContaining(detail),
    });
  });
});

describe('seeds', () => {
  const { spki } = certificateWith('P-256');
  const spent = generation({}, 'spent');
  const fresh = generation({ spki }, 'fresh');
  const SELF = { kind: 'self' } as const;
  const pending = { requestId: 'r', issuerName: 'Self', csr: undefined };
  const policy = (exportable: boolean) => ({ keyPolicy: { keyType: 'EC', reuseKey: false, exportable } });

  it.each([
    ['all of them, once the CA is not due any more', observed({}, { seeds: [fresh, spent] }), [fresh, spent]],
    ['those whose key a generation has, while it is due', due({}, { seeds: [fresh, spent] }), [spent]],
    ['whatever is pending', due({}, { seeds: [spent], pending }), [spent]],
    ['whatever DPS is ready', due({ services: [service([entry()], 'Suspended')] }, { seeds: [spent] }), [spent]],
  ])('are tidied away: %s', (_, given, seeds) => {
    expect(vaultStep(given, NOW)).toEqual({ step: 'tidy', reason: 'seed-left', versions: seeds });
  });

  it('are asked for, then used', () => {
    expect(vaultStep(due({}, { issuer: SELF }), NOW)).toMatchObject({ step: 'request', key: 'seed' });
    expect(vaultStep(due({}, { issuer: SELF, seeds: [fresh] }), NOW)).toMatchObject({ step: 'request', key: 'same' });
  });

  it('are refused if the policy lets their key out: ours never does', () => {
    expect(vaultStep(due({}, { issuer: SELF, seeds: [fresh], ...policy(true) }), NOW)).toMatchObject({
      step: 'refuse',
      reason: 'foreign-request',
      detail: 'the key of version fresh is exportable; disable it',
    });
    // A CA whose own key is exportable gets a better one.
    expect(vaultStep(due({}, { issuer: SELF, ...policy(true) }), NOW)).toMatchObject({ step: 'request', key: 'seed' });
  });
});

describe('a CA that was rolled back', () => {
  it('asks for nothing, but tidies up', () => {
    expect(vaultStep(due({}, { rolledBack: true }), NOW)).toEqual({ step: 'wait', reason: 'rolled-back' });
    const seeds = [generation({}, 's')];
    expect(vaultStep(due({}, { rolledBack: true, seeds }), NOW)).toMatchObject({ step: 'tidy' });
  });

  it('says when it will be due, until it is', () => {
    expect(vaultStep(observed({}, { rolledBack: true }), NOW)).toMatchObject({ reason: 'not-due' });
  });
});

describe('a CA whose issuer is external', () => {
  const external = { tags: tags({ issuer: 'external' }) };

  it.each([{ kind: 'missing' } as const, { kind: 'unknown', detail: 'timeout' } as const])(
    'gets a request, whatever is known of its issuer (%j)',
    (issuer) => {
      expect(vaultStep(due(external, { issuer }), NOW)).toMatchObject({ step: 'request', key: 'new' });
    },
  );

  it('waits with a request of its own, and refuses any other', async () => {
    const { csr, subject, spki } = await certificationRequest('CN=Plant A CA', 'P-256');
    const generations = [generation({ ...DUE, subject, spki })] as const;
    const pending = { requestId: 'r7', issuerName: 'Unknown', csr };
    const waiting = { step: 'wait', reason: 'external-signature', detail: 'request r7' };
    expect(vaultStep(due(external, { generations, pending, issuer: { kind: 'missing' } }), NOW)).toEqual(waiting);
    const foreign = due(external, { pending: { ...pending, csr: undefined } });
    expect(vaultStep(foreign, NOW)).toMatchObject({ step: 'refuse', reason: 'foreign-request' });
  });
});

/** So many entries of other CAs, and one of an older generation. */
function full(count: number, letter: string) {
  return Array.from({ length: count }, (_, index) => entry({ name: `e${index}`, thumbprint: letter.repeat(40) }));
}

function certificateWith(namedCurve: string) {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve });
  return { spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) };
}
