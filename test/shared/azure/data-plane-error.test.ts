import { describe, expect, it } from 'vitest';
import { DataPlaneError } from '../../../shared/azure/data-plane-error.ts';

const TRACKING = '97e30dbd-4eb3-43aa-b26f-7730f7eee988';

describe('DataPlaneError', () => {
  it.each([
    {
      text: {
        errorCode: 400004,
        trackingId: TRACKING,
        message: 'A definition is required',
        timestampUtc: '2018-10-26',
      },
      says: `A definition is required (errorCode 400004, trackingId ${TRACKING})`,
    },
    { text: { errorCode: 429001, trackingId: '', message: 'Throttled.' }, says: 'Throttled. (errorCode 429001)' },
    { text: { message: 'No more than this.' }, says: 'No more than this.' },
    { text: { message: 'Is it one? No.' }, says: 'Is it one? No.' },
    { text: { errorCode: 400004 }, says: 'the answer holds no message' },
    { text: { message: { nested: 'secret' } }, says: 'the answer holds no message' },
    { text: ['secret'], says: 'the answer holds no message' },
    { text: null, says: 'the answer holds no message' },
  ])('says "$says"', ({ text, says }) => {
    const error = new DataPlaneError(400, JSON.stringify(text));
    expect(error.message).toBe(says);
    expect(error.statusCode).toBe(400);
  });

  it.each(['', '<html>secret</html>', '{"message":"secret"'])(
    'shows nothing of a body that is not JSON: %j',
    (text) => {
      expect(new DataPlaneError(502, text).message).toBe('the answer holds no message');
    },
  );

  it("shows no key of a webhook's URL", () => {
    const message =
      "The URLs 'https://app.example/api/allocate?code=key%3D%3D' and https://b.example/?sig=key2 are bad";
    expect(new DataPlaneError(400, JSON.stringify({ message })).message).toBe(
      "The URLs 'https://app.example/api/allocate?…' and https://b.example/?… are bad",
    );
  });
});
