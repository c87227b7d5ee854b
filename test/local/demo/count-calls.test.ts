import { expect, it } from 'vitest';
import { callTable } from '../../../local/demo/call-table.ts';
import { countCalls } from '../../../local/demo/count-calls.ts';
import type { LoggedRequest } from '../../../local/emulator/control/traffic.ts';

function request(service: LoggedRequest['service'], status = 200): LoggedRequest {
  return { service, instance: 'x', method: 'GET', path: '/', query: {}, status, at: '2026-11-21T21:33:40.405Z' };
}

it('counts authenticated requests: a 404 is one, a challenge or a token request is not', () => {
  const requests = [
    request('identity'),
    request('resourceManager'),
    request('keyVault', 401),
    request('keyVault'),
    request('keyVault', 404),
    request('enrollments'),
    request('devices'),
  ];
  expect(countCalls(requests)).toStrictEqual({
    resourceManager: 1,
    keyVault: 2,
    enrollments: 1,
    total: 4,
    challenges: 1,
    tokenRequests: 1,
  });
});

it('shows scan, renewal and their sum, without a column for what nobody called', () => {
  const scan = countCalls([request('resourceManager'), request('keyVault')]);
  const renewal = countCalls(Array.from({ length: 11 }, () => request('keyVault')));
  expect(callTable(scan, renewal)).toStrictEqual([
    '             resource manager  key vaults  calls',
    '   scan                     1           1      2',
    '   renewal                  0          11     11',
    '   together                 1          12     13',
  ]);
});
