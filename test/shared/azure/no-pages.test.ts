import { describe, expect, it } from 'vitest';
import { noPages } from '../../../shared/azure/no-pages.ts';

type Policy = ReturnType<typeof noPages>['policy'];
type Request = Parameters<Policy['sendRequest']>[0];
type Response = Awaited<ReturnType<Policy['sendRequest']>>;

function answering(status: number, type: string | undefined): Promise<Response> {
  const request = { method: 'GET', url: 'https://kv-fleet.vault.azure.net/keys/a?secret=1' } as Request;
  const response = { status, headers: { get: () => type }, bodyAsText: '<h1>Welcome</h1>' } as unknown as Response;
  return noPages().policy.sendRequest(request, async () => response);
}

describe('a page in the place of an answer', () => {
  it.each(['text/html', 'text/html; charset=utf-8', 'TEXT/HTML'])('is none: %s', async (type) => {
    const failed = answering(200, type);
    await expect(failed).rejects.toThrow('https://kv-fleet.vault.azure.net answered with a page instead of JSON');
    await expect(failed).rejects.not.toThrow(/Welcome|secret/);
  });

  it.each([
    [200, 'application/json; charset=utf-8'],
    [204, undefined],
    [502, 'text/html'],
  ])('is what neither %i with %s is, which the SDK reads', async (status, type) => {
    expect((await answering(status, type)).status).toBe(status);
  });
});
