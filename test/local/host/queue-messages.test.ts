import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../../../local/host/queue-messages.ts';

describe('queue message encoding', () => {
  it('is base64 of the UTF-8, both ways', () => {
    expect(encodeMessage('grün', 'base64')).toBe('Z3LDvG4=');
    expect(decodeMessage('Z3LDvG4=', 'base64')).toBe('grün');
  });

  it('leaves the text alone where host.json says none', () => {
    expect(encodeMessage('grün', 'none')).toBe('grün');
    expect(decodeMessage('grün', 'none')).toBe('grün');
  });

  it.each(['{"a":1}', 'abc', 'Z3LDvG4', 'Z3L=vG4='])('knows that %s is not base64', (body) => {
    expect(decodeMessage(body, 'base64')).toBeUndefined();
  });
});
