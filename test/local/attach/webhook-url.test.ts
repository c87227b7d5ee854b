import { describe, expect, it } from 'vitest';
import { isSameWebhook, shownUrl, webhookFault, withoutKey } from '../../../local/attach/webhook-url.ts';

const KEY = 'f4nct10n/k+y==';
const URL_WITH_KEY = `https://app.example/api/allocate?code=${KEY}`;

describe('a webhook URL', () => {
  it.each([
    [URL_WITH_KEY, 'https://app.example/api/allocate?****'],
    ['https://app.example/api/allocate?****', 'https://app.example/api/allocate?****'],
    ['https://app.example/api/allocate', 'https://app.example/api/allocate'],
    ['https://app.example:8443/api/allocate?a=1&code=2#x', 'https://app.example:8443/api/allocate?****'],
    ['https://user:secret@app.example/api/allocate', 'https://app.example/api/allocate'],
    ['code=s3cr3t', '(a text of 11 characters)'],
  ])('is shown without its key: %s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });

  it.each([
    [URL_WITH_KEY, 'https://APP.example:443/api/allocate?****', true],
    [URL_WITH_KEY, 'http://app.example/api/allocate?****', false],
    [URL_WITH_KEY, 'https://app.example/api/Allocate?****', false],
    [URL_WITH_KEY, 'https://app.example:8443/api/allocate?****', false],
    [URL_WITH_KEY, '', false],
    ['', '', false],
  ])('is the same by scheme, host and path: %s and %s', (one, other, same) => {
    expect(isSameWebhook(one, other)).toBe(same);
  });

  it.each([
    [URL_WITH_KEY],
    ['https://app.example/api/allocate'],
    ['http://localhost:7071/api/allocate?code=s3cr3t'],
    ['http://127.0.0.1:7071/api/allocate?code=s3cr3t'],
    ['http://[::1]:7071/api/allocate?code=s3cr3t'],
  ])('can be one of DPS: %s', (url) => {
    expect(webhookFault(url)).toBeUndefined();
  });

  it.each([
    ['app.example/api/allocate?code=s3cr3t', /is not a URL/],
    ['http://app.example/api/allocate?code=s3cr3t', /is not https/],
    ['http://127.0.0.1.evil.example/api/allocate?code=s3cr3t', /is not https/],
    ['ftp://localhost/api/allocate?code=s3cr3t', /is not https/],
    ['https://app.example/api/allocate?****', /is masked: give the whole URL/],
    ['https://app.example/api/allocate?code=s3cr3t#s3cr3t', /a user, a password or a fragment/],
    ['https://me:s3cr3t@app.example/api/allocate', /a user, a password or a fragment/],
  ])('cannot be one, which a sentence without the key says: %s', (url, sentence) => {
    expect(webhookFault(url)).toMatch(sentence);
    expect(webhookFault(url)).not.toContain('s3cr3t');
  });

  it.each([
    [`cannot use code=${KEY}`],
    [`the key ${KEY}`],
    [`the key ${encodeURIComponent(KEY)}`],
    ['the key f4nct10n/k y=='],
    [`at ${URL_WITH_KEY}.`],
  ])('leaves no key in what quotes it: %s', (text) => {
    expect(withoutKey(text, URL_WITH_KEY)).not.toContain('f4nct10n');
  });

  it('without a query leaves a text as it is', () => {
    expect(withoutKey('Nothing of it is a key.', 'https://app.example/')).toBe('Nothing of it is a key.');
  });
});
