/** What DPS puts in place of a query. */
const MASK = '****';

/**
 * A webhook URL as it may be shown: a query, where the function key is, becomes `?****`, as DPS masks it. What is no URL
 * is not shown at all.
 */
export function shownUrl(webhookUrl: string): string {
  const url = URL.parse(webhookUrl);
  if (url === null) return `(a text of ${webhookUrl.length} characters)`;
  return `${addressOf(url)}${url.search === '' ? '' : `?${MASK}`}`;
}

/** Whether DPS has put a mask in place of the key. */
export function isMasked(webhookUrl: string): boolean {
  return webhookUrl.includes(MASK);
}

/** Whether two URLs have the same scheme, host and path, whatever their keys. */
export function isSameWebhook(one: string, other: string): boolean {
  const [a, b] = [URL.parse(one), URL.parse(other)];
  return a !== null && b !== null && addressOf(a) === addressOf(b);
}

/**
 * Why a URL cannot be a webhook of DPS, in a sentence that shows nothing of its key; `undefined` where it can. DPS calls
 * https only; plain http is let pass on this machine, where the emulator calls.
 */
export function webhookFault(webhookUrl: string): string | undefined {
  const url = URL.parse(webhookUrl);
  if (url === null) return `The webhook, ${shownUrl(webhookUrl)}, is not a URL; it begins with https://.`;
  const shown = shownUrl(webhookUrl);
  if (isMasked(webhookUrl)) return `The webhook ${shown} is masked: give the whole URL, with its function key.`;
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return `The webhook ${shown} has a user, a password or a fragment; it takes its key in the query alone (?code=…).`;
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return undefined;
  return `The webhook ${shown} is not https, and DPS calls nothing else: its function key would go over the wire in clear.`;
}

/**
 * A text that may quote a webhook URL, without the key: every value of the query, however it is encoded, becomes `****`.
 */
export function withoutKey(text: string, webhookUrl: string): string {
  const search = URL.parse(webhookUrl)?.search.slice(1) ?? '';
  const raw = search.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  const secrets = new Set([search, ...raw, ...new URLSearchParams(search).values()]);
  return [...secrets]
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, MASK), text);
}

function addressOf({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
