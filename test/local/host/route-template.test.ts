import { describe, expect, it } from 'vitest';
import { compileRoute } from '../../../local/host/route-template.ts';

describe('compileRoute', () => {
  it.each([
    ['api/renew', '/api/renew', {}],
    ['api/renew', '/API/Renew/', {}], // literals match in any case, a slash at the end does not count
    ['api/renew', '/api/renewals', undefined],
    ['api/a.b', '/api/axb', undefined], // a dot is a dot
    ['api/{id}', '/api/x%20y', { id: 'x y' }],
    ['api/{id}', '/api/Casing', { id: 'Casing' }],
    ['api/{id}', '/api/', undefined],
    ['api/{id}', '/api/%E0%A4%A', undefined], // a broken escape names nothing
    ['api/{id?}', '/api', {}],
    ['api/{id:alpha?}', '/api/abc', { id: 'abc' }],
    ['api/{id:alpha?}', '/api/abc1', undefined],
    ['api/{id:int}/x', '/api/-12/x', { id: '-12' }],
    ['api/{id:length(2,3)}', '/api/abcd', undefined],
    ['api/{id:regex(^[xyz]+$)}', '/api/zyx', { id: 'zyx' }],
    ['api/{*rest}', '/api/a/b', { rest: 'a/b' }],
    ['api/{*rest}', '/api', {}],
  ])('%s against %s gives %o', (template, path, expected) => {
    expect(compileRoute(template).match(path)).toEqual(expected);
  });

  it('tries literal before constrained before free before catch-all segments', () => {
    const templates = ['a/{*rest}', 'a/{id}', 'a/{id:int}', 'a/b'];
    const inOrder = templates.toSorted((a, b) => (compileRoute(a).precedence < compileRoute(b).precedence ? -1 : 1));
    expect(inOrder).toEqual(['a/b', 'a/{id:int}', 'a/{id}', 'a/{*rest}']);
  });

  it.each([
    ['a/{id:colour}', 'constraint "colour" is not one of alpha, int'],
    ['a/x{id}', 'segment "x{id}" is not known'],
  ])('refuses %s', (template, message) => {
    expect(() => compileRoute(template)).toThrow(message);
  });
});
