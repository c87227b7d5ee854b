import { describe, expect, it } from 'vitest';
import { type Answer, answer, type Given } from '../../../shared/allocation/answer.ts';
import { HUBS, rulesOf } from '../../support/allocation-builders.ts';
import { groupBody, individualBody } from '../../support/webhook-bodies.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const [, HUB_B = ''] = HUBS;
const bytes = (body: unknown) => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));

function answerTo(body: unknown, overrides: Partial<Given> = {}): Answer {
  return answer({ body: bytes(body), rules: [], hubs: undefined, now: NOW, ...overrides });
}

describe('answer', () => {
  it.each([
    ['a group', groupBody({ registrationId: 'd-1' }), { kind: 'group', id: 'line-1' }],
    ['an enrollment of its own', individualBody({ registrationId: 'd-1' }), { kind: 'individual', id: 'd-1' }],
  ])('allocates a device of %s, with evidence of now', (_, body, { kind, id }) => {
    expect(answerTo(body)).toMatchObject({
      decision: { rule: 'default' },
      gap: 'absent',
      attestation: { kind, enrollment: id, registrationId: 'd-1', at: NOW },
    });
  });

  it('heeds what a scan has published', () => {
    const hubs = {
      '/dps/1': {
        at: NOW.toISOString(),
        hubs: HUBS.map((name) => ({ name, allocationWeight: name === HUB_B ? 1 : 0 })),
      },
    };
    expect(answerTo(groupBody(), { hubs })).toMatchObject({ decision: { hub: HUB_B }, gap: undefined });
  });

  it('denies without evidence', () => {
    const rules = rulesOf({ name: 'none', deny: 'Closed.' });
    const answered = answerTo(groupBody(), { rules });
    expect(answered).toMatchObject({ request: { registrationId: 'device-001' }, decision: { denied: 'rule-denied' } });
    expect(answered).not.toHaveProperty('attestation');
  });

  it('denies what is no request, and says all that is wrong', () => {
    expect(answerTo('{"linkedHubs":7}')).toEqual({
      request: undefined,
      decision: {
        denied: 'malformed-request',
        message: expect.stringMatching(/^enrollmentGroup, .*; deviceRuntimeContext: .*; linkedHubs: .*$/),
      },
    });
    expect(answerTo('')).toMatchObject({ request: undefined, decision: { denied: 'malformed-request' } });
  });
});
