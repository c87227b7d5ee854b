import { describe, expect, it } from 'vitest';
import { compilePointer } from '../../../shared/allocation/json-pointer.ts';

/** The document of RFC 6901 section 5, and some more. */
const DOCUMENT: unknown = JSON.parse(
  '{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"m~n":8,"nothing":null,"~1":"tilde one","__proto__":{"own":true}}',
);

describe('compilePointer', () => {
  it.each([
    ['', DOCUMENT],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/m~0n', 8],
    ['/~01', 'tilde one'],
    ['/nothing', null],
    ['/__proto__/own', true],
  ])('%j finds %j', (pointer, value) => {
    expect(compilePointer(pointer)(DOCUMENT)).toStrictEqual({ value });
  });

  it.each(['/fo', '/foo/2', '/foo/-', '/foo/00', '/foo/length', '/nothing/x', '/foo/0/0', '/constructor', '/toString'])(
    '%j finds nothing',
    (pointer) => {
      expect(compilePointer(pointer)(DOCUMENT)).toBeUndefined();
    },
  );

  it('finds nothing where there is no document', () => {
    expect(compilePointer('')(undefined)).toBeUndefined();
  });

  it.each(['foo', ' /foo', '/a~b', '/a~', '/~2'])('refuses %j', (pointer) => {
    expect(() => compilePointer(pointer)).toThrow(`'${pointer}'`);
  });
});
