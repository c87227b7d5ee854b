import { describe, expect, it } from 'vitest';
import type { WebhookOutcome } from '../../../local/attach/call-webhook.ts';
import { explainAnswer } from '../../../local/attach/explain-answer.ts';
import type { Explanation } from '../../../local/attach/explanation.ts';

const HUBS = ['hub-a.azure-devices.net', 'hub-b.azure-devices.net'];
const answer = (status: number, body: unknown = ''): WebhookOutcome => {
  return { kind: 'answer', status, body: typeof body === 'string' ? body : JSON.stringify(body) };
};

describe('what a call of the webhook has shown', () => {
  it.each<[string, WebhookOutcome, Explanation['finding'], RegExp]>([
    ['a linked hub', answer(200, { iotHubHostName: 'HUB-A.azure-devices.net' }), 'allocated', /attach-check to HUB-A/],
    ['another hub', answer(200, { iotHubHostName: 'x.azure-devices.net' }), 'hub-not-linked', /'x\..*hub-a\..*, hub-b/],
    ['an empty hub', answer(200, { iotHubHostName: '' }), 'no-hub', /no iotHubHostName.*400208/],
    ['no hub', answer(200, {}), 'no-hub', /400208/],
    ['a hub that is no text', answer(200, { iotHubHostName: 1 }), 'no-hub', /400208/],
    ['a page', answer(200, '<html>'), 'no-hub', /no JSON object.*400208/],
    ['a list', answer(200, []), 'no-hub', /no JSON object/],
    ['another success', answer(204), 'unexpected-status', /204.*400207/],
    ['a redirection', answer(302), 'redirected', /302.*400207.*not followed/],
    [
      'a denial',
      answer(400, { reason: 'rule-denied', message: 'Recalled.' }),
      'denied',
      /400: rule-denied: Recalled\. DPS/,
    ],
    ['a denial without reason', answer(400, 'no'), 'denied', /no reason\. DPS fails .* 400207/],
    ['a key rejected', answer(401), 'key-rejected', /missing, wrong, or was rotated.*400209.*--replace-key/],
    ['a closed door', answer(403), 'forbidden', /access restrictions/],
    ['no function', answer(404), 'not-found', /\/api\/allocate/],
    ['another method', answer(405), 'unexpected-status', /405.*400207/],
    ['a status just below', answer(428), 'unexpected-status', /428.*at once with 400207/],
    ['throttling', answer(429), 'transient', /429\. DPS calls it again/],
    ['a failure', answer(500), 'transient', /500\. DPS calls it again, up to ten times/],
    [
      'faulty rules',
      answer(503, { reason: 'settings-invalid', message: 'm' }),
      'transient',
      /503 \(settings-invalid: m\)/,
    ],
    ['silence', { kind: 'timeout', seconds: 5 }, 'timeout', /within 5 s.*cold start/],
    ['a certificate', { kind: 'untrusted', code: 'CERT_HAS_EXPIRED' }, 'untrusted', /\(CERT_HAS_EXPIRED\).*public CA/],
    ['nobody', { kind: 'unreachable', code: 'ENOTFOUND' }, 'unreachable', /\(ENOTFOUND\)/],
  ])('is explained: %s', (_, outcome, finding, text) => {
    const explanation = explainAnswer(outcome, HUBS);
    expect(explanation.finding).toBe(finding);
    expect(explanation.text).toMatch(text);
    expect(explanation.text).toMatch(/^[A-Z].*[.:]$/);
  });

  it('names the hub as the webhook wrote it, and the command for a key that was rejected', () => {
    expect(explainAnswer(answer(200, { iotHubHostName: 'hub-b.azure-devices.net' }), HUBS).hub).toBe(HUBS[1]);
    expect(explainAnswer(answer(401), HUBS).command).toContain('functionapp function keys list');
  });

  it('says that a DPS without hubs has none', () => {
    expect(explainAnswer(answer(200, { iotHubHostName: 'x' }), []).text).toContain('(there is none)');
  });

  it('quotes a foreign text without control characters, and not all of it', () => {
    const { text } = explainAnswer(answer(400, { message: `\u001b[31m${'x'.repeat(5000)}\n\u202e` }), HUBS);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.length).toBeLessThan(700);
  });
});
