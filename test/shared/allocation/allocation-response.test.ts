import { describe, expect, it } from 'vitest';
import { allocationResponse } from '../../../shared/allocation/allocation-response.ts';

describe('allocationResponse', () => {
  it('answers a hub alone with nothing beside it', () => {
    expect(allocationResponse({ hub: 'Hub-A', rule: 'default' })).toStrictEqual({
      status: 200,
      body: { iotHubHostName: 'Hub-A' },
    });
  });

  it('answers a hub with its twin and payload', () => {
    const initialTwin = { tags: { kind: 'pump' } };
    const payload = { renewCertificate: true };
    expect(allocationResponse({ hub: 'hub-a', initialTwin, payload, rule: 'r' })).toStrictEqual({
      status: 200,
      body: { iotHubHostName: 'hub-a', initialTwin, payload },
    });
  });

  it('answers a denial with 400, at which DPS does not ask again, and its reason', () => {
    expect(allocationResponse({ denied: 'rule-denied', message: 'Recalled.', rule: 'r' })).toStrictEqual({
      status: 400,
      body: { reason: 'rule-denied', message: 'Recalled.' },
    });
  });
});
