import { describe, expect, it } from 'vitest';
import { unmaskWebhook } from '../../../../shared/lifecycle/reference-webhook.ts';

const CONFIGURED = 'https://app.example/api/allocate?code=secret';
const withUrl = (webhookUrl: unknown) => ({ customAllocationDefinition: { webhookUrl } });

describe('unmaskWebhook', () => {
  it.each([
    ['no definition', {}],
    ['a definition that is null', { customAllocationDefinition: null }],
    ['no URL', withUrl(null)],
    ['a URL that shows its key', withUrl('https://other.example/api/allocate?code=k')],
    ['a URL without a key', withUrl('https://app.example/api/allocate')],
  ])('replaces nothing where there is %s', (_, record) => {
    expect(unmaskWebhook(record, CONFIGURED)).toEqual({ webhookUrl: undefined });
    expect(unmaskWebhook(record, undefined)).toEqual({ webhookUrl: undefined });
  });

  it.each([
    ['the whole query masked', 'https://app.example/api/allocate?****'],
    ['the key masked', 'https://app.example/api/allocate?code=****'],
    ['a host in another case', 'https://App.Example/api/allocate?****'],
    ['the default port named', 'https://app.example:443/api/allocate?****'],
  ])('puts the setting in the place of a URL with %s', (_, url) => {
    expect(unmaskWebhook(withUrl(url), CONFIGURED)).toEqual({ webhookUrl: CONFIGURED });
  });

  it.each([
    ['another scheme', 'http://app.example/api/allocate?****', CONFIGURED],
    ['another host', 'https://app2.example/api/allocate?****', CONFIGURED],
    ['another port', 'https://app.example:8443/api/allocate?****', CONFIGURED],
    ['another path', 'https://app.example/api/Allocate?****', CONFIGURED],
    ['a masked path', 'https://app.example/****', CONFIGURED],
    ['what is no URL', '****', CONFIGURED],
    ['two that are no URLs', '****', 'no URL either'],
    [
      'a setting that is masked itself',
      'https://app.example/api/allocate?****',
      'https://app.example/api/allocate?****',
    ],
    ['no setting', 'https://app.example/api/allocate?****', undefined],
  ])('does not take %s for the same webhook', (_, url, configured) => {
    expect(unmaskWebhook(withUrl(url), configured)).toEqual({ masked: expect.stringContaining('webhook') });
  });

  it('names the webhooks without what is secret in them', () => {
    const outcome = unmaskWebhook(withUrl('https://user:pw@other.example/api?a=****&code=hidden'), CONFIGURED);
    expect(outcome).toEqual({
      masked: 'webhook https://other.example/api, and ALLOCATION_WEBHOOK_URL is https://app.example/api/allocate',
    });
  });
});
