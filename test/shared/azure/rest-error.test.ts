import { describe, expect, it } from 'vitest';
import { statusOf, translated } from '../../../shared/azure/rest-error.ts';
import { Conflict, Refused } from '../../../shared/errors.ts';

const restError = (statusCode: unknown, message = 'the service says why') =>
  Object.assign(new Error(message), { statusCode });

describe('statusOf', () => {
  it.each([
    ['a number', restError(404), 404],
    ['a numeric text', restError('412'), 412],
    ['another text', restError('ResourceNotFound'), undefined],
    ['a longer number as text', restError('412001'), undefined],
    ['no status', new Error('connect ECONNREFUSED'), undefined],
    ['nothing at all', undefined, undefined],
    ['null', null, undefined],
    ['a text', '404', undefined],
  ])('of %s', (_text, error, status) => {
    expect(statusOf(error)).toBe(status);
  });
});

describe('translated', () => {
  it.each([409, 412])('makes %i a Conflict', (status) => {
    const error = translated(restError(status), "upload certificate 'ca' of dps-1");
    expect(error).toBeInstanceOf(Conflict);
    expect(error.message).toBe(`Cannot upload certificate 'ca' of dps-1: ${status} the service says why`);
  });

  it('makes 403 Refused, as forbidden, in the words of the service', () => {
    const error = translated(restError(403), 'list the certificates in https://kv.example');
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({
      reason: 'forbidden',
      message: 'Cannot list the certificates in https://kv.example: 403 the service says why',
    });
  });

  it.each([400, 404, 429, 500, 503])('leaves %i an ordinary error', (status) => {
    const error = translated(restError(status), 'read it');
    expect(error.constructor).toBe(Error);
    expect(error.message).toBe(`Cannot read it: ${status} the service says why`);
  });

  it('says of a 401 what to check: the client goes on with a token that is not accepted', () => {
    expect(translated(restError(401), 'read it').message).toMatch(
      /^Cannot read it: 401 the service says why; the token was not accepted: check that .* tenant and cloud/,
    );
  });

  it('leaves out the status where no answer came', () => {
    expect(translated(new Error('connect ECONNREFUSED'), 'read it').message).toBe(
      'Cannot read it: connect ECONNREFUSED',
    );
  });

  it.each([restError(409), restError(403), restError(500), 'a text'])('keeps %s as the cause', (cause) => {
    expect(translated(cause, 'read it').cause).toBe(cause);
  });

  it.each([new Conflict('somebody was faster'), new Refused('name-deleted', 'recover it')])(
    'leaves %s alone',
    (own) => {
      expect(translated(own, 'read it')).toBe(own);
    },
  );
});
