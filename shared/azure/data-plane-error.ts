import { asObject } from '../json.ts';

/**
 * An answer of the service API that is no success. Its message is the service's, with errorCode and trackingId for
 * whoever asks its support; `statusCode` is where `translated` looks.
 */
export class DataPlaneError extends Error {
  override readonly name = 'DataPlaneError';
  readonly statusCode: number;

  /** @param text the body: `{"errorCode", "trackingId", "message", "timestampUtc"}`; anything else is not shown */
  constructor(statusCode: number, text: string) {
    super(explanation(text));
    this.statusCode = statusCode;
  }
}

function explanation(text: string): string {
  const { message, errorCode, trackingId } = asObject(parsed(text)) ?? {};
  if (typeof message !== 'string' || message === '') return 'the answer holds no message';
  const details = Object.entries({ errorCode, trackingId }).filter(([, value]) => value !== undefined && value !== '');
  // A complaint about a webhook may quote its URL, whose query is a key.
  const shown = message.replace(/\?[^\s'"]+/g, '?…');
  return details.length === 0 ? shown : `${shown} (${details.map((detail) => detail.join(' ')).join(', ')})`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
