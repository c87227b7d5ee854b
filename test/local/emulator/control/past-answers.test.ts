import { expect, it } from 'vitest';
import { createPastAnswers } from '../../../../local/emulator/control/past-answers.ts';
import { parseLossless } from '../../../../local/emulator/lossless-json.ts';

it('keeps an answer whose numbers are written as no number of JavaScript is, as it was sent', () => {
  const [url, headers] = [new URL('https://dps.example/enrollmentGroups/g'), {}];
  const text = '{"rate":1.50,"serial":12345678901234567890}';
  const answers = createPastAnswers();
  const body = { record: parseLossless(text) };
  answers.note({ method: 'GET', url, headers, body: undefined }, { status: 200, headers: { etag: '"1"' }, body });
  answers.note({ method: 'PUT', url, headers, body: {} }, { status: 200 });
  body.record = 'changed meanwhile';
  const past = answers.beforeLastWrite({ method: 'GET', url, headers, body: undefined });
  expect({ ...past, body: JSON.stringify(past?.body) }).toEqual({
    status: 200,
    headers: { etag: '"1"' },
    body: `{"record":${text}}`,
  });
});
