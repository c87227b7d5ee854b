import { describe, expect, it } from 'vitest';
import { composeStatus } from '../../shared/compose-status.ts';
import { busy } from './status/sample-reports.ts';

const request = (accept: string) => ({
  method: 'GET',
  query: new URLSearchParams(),
  headers: { get: (name: string) => (name === 'accept' ? accept : null) },
  text: async () => '',
});
const pick = ({ status, body }: { status: number; body: string }) => ({ status, body });
const document = (change: object) => ({ ...JSON.parse(JSON.stringify(busy())), ...change });

describe('the status of a document', () => {
  it('is what the scan has written down', async () => {
    expect((await composeStatus(request('text/html'), document({}))).body).toContain('plant-a-ca');
  });

  it.each([
    ['whose time is missing', { at: undefined }],
    ['whose time is none', { at: 'yesterday' }],
    ['whose CAs are none', { cas: [null] }],
    ['of another version', { version: 99 }],
  ])('%s is that of none: the next scan writes it anew', async (_, change) => {
    const { status, body } = await composeStatus(request('text/html'), document(change));
    expect({ status, body }).toMatchObject(await composeStatus(request('text/html'), undefined).then(pick));
    expect(body).not.toContain('plant-a-ca');
  });
});
