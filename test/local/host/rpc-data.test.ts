import { describe, expect, it } from 'vitest';
import { type RpcTypedData, toQueueMessages } from '../../../local/host/rpc-data.ts';

describe('toQueueMessages', () => {
  it.each<[string, RpcTypedData, string[]]>([
    ['an object is one message of JSON', { json: '{"a":1}' }, ['{"a":1}']],
    ['an array is one message per element', { json: '[{"a":1},"text",2]' }, ['{"a":1}', 'text', '2']],
    ['an empty array is no message', { json: '[]' }, []],
    ['a text is one message as it stands', { string: '{"a": 1}' }, ['{"a": 1}']],
    ['a text that is a JSON array counts as one', { string: ' ["x","y"]' }, ['x', 'y']],
    ['a text that only looks like an array is one message', { string: '[x' }, ['[x']],
    ['numbers are written out', { int: 3 }, ['3']],
    ['fractions too', { double: 0.5 }, ['0.5']],
    ['bytes are UTF-8', { bytes: Buffer.from('grün') }, ['grün']],
  ])('%s', (_name, data, expected) => {
    expect(toQueueMessages(data)).toEqual(expected);
  });

  it('refuses an HTTP response', () => {
    expect(() => toQueueMessages({ http: {} })).toThrow('Cannot write an HTTP response to a queue');
  });
});
