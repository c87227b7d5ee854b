import type { QueueSettings } from './host-settings.ts';

/** Text as it is put into a queue under host.json's messageEncoding: base64 of its UTF-8, or as it is. */
export function encodeMessage(text: string, encoding: QueueSettings['messageEncoding']): string {
  return encoding === 'base64' ? Buffer.from(text, 'utf8').toString('base64') : text;
}

/** The text of a message's body, or undefined if it is not base64 where it should be. */
export function decodeMessage(body: string, encoding: QueueSettings['messageEncoding']): string | undefined {
  if (encoding === 'none') return body;
  const isBase64 = body.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(body);
  return isBase64 ? Buffer.from(body, 'base64').toString('utf8') : undefined;
}
