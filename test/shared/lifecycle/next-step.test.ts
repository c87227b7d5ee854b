import { describe, expect, it } from 'vitest';
import { isAction, laneOf, nextSteps } from '../../../shared/lifecycle/next-step.ts';
import type { Observed } from '../../../shared/lifecycle/observed.ts';
import { afterEntry, afterIssue, afterRequest } from '../../../shared/lifecycle/observed-after.ts';
import { days, entry, generation, NOW, observed, service, tags } from '../../support/builders.ts';
import { certificationRequest } from '../../support/certification-request.ts';

const summary = (given: Observed) =>
  nextSteps(given, NOW).map((step) => `${laneOf(step)}: ${step.step} ${step.reason}`);

describe('nextSteps', () => {
  it('puts the vault first, then every DPS in its order', () => {
    const services = [service([entry()], 'Active', 'a'), service([entry()], 'Suspended', 'b')];
    expect(summary(observed({ services }))).toEqual([
      'vault: wait not-due',
      '/dps/a: wait settled',
      '/dps/b: wait service-not-active',
    ]);
  });

  it('does nothing in any lane of a CA that is paused, whatever is due, and refuses nothing', () => {
    const newest = generation({ thumbprint: 'B'.repeat(40), notAfter: days(20) }, 'v2');
    const services = [service(), service([entry()], 'Suspended', 'b')];
    const vault = {
      generations: [newest, generation()],
      seeds: [generation({}, 's')],
      issuer: { kind: 'missing' },
    } as const;
    expect(summary(observed({ tags: tags({ paused: 'true' }), services }, vault))).toEqual([
      'vault: wait paused',
      '/dps/dps-1: wait paused',
      '/dps/b: wait paused',
    ]);
    expect(summary(observed({ tags: tags({ paused: 'false' }), services }, vault))).not.toContain('vault: wait paused');
  });

  it('goes on in each DPS while the vault lane is refused', () => {
    const newest = { ...generation({ thumbprint: 'B'.repeat(40), notAfter: days(20) }, 'v2'), createdOn: days(-10) };
    const refused = observed({}, { generations: [newest, generation()], issuer: { kind: 'missing' } });
    expect(summary(refused)).toEqual(['vault: refuse issuer-not-in-vault', '/dps/dps-1: upload entry-missing']);
  });

  it('leads a renewal through request, issue, upload and prove to rest, each answer put into what was observed', async () => {
    const { csr, spki, subject } = await certificationRequest('CN=Plant A CA', 'P-256');
    const old = generation({ notAfter: days(20), subject, spki });
    const start = observed({ services: [service([entry()])] }, { generations: [old] });
    const seen: string[] = [];
    let now = start;
    for (let step = nextSteps(now, NOW).find(isAction); step; step = nextSteps(now, NOW).find(isAction)) {
      seen.push(step.step);
      if (step.step === 'request') now = afterRequest(now, { requestId: 'r', issuerName: 'Unknown', csr });
      if (step.step === 'issue')
        now = afterIssue(now, generation({ thumbprint: 'B'.repeat(40), ...step.validity }, 'v2'));
      const made = entry({ name: 'new', thumbprint: 'B'.repeat(40), isVerified: step.step === 'prove' });
      if (step.lane === 'dps') now = afterEntry(now, step.dps, made);
    }
    expect(seen).toEqual(['request', 'issue', 'upload', 'prove']);
    expect(summary(now)).toEqual(['vault: wait not-due', '/dps/dps-1: wait older-unexpired']);
    expect(now.vault.versions.map(({ version }) => version)).toEqual(['v2', 'v1']);
    expect(now.services[0]).toMatchObject({ entries: [{ name: 'plant-a-2029' }, { name: 'new', isVerified: true }] });
  });
});
