/**
 * A value between host and worker: exactly one member is present. The shapes are those of the Functions RPC protocol
 * (`TypedData`), as far as timers, storage queues and HTTP need them.
 */
export type RpcTypedData =
  | { string: string }
  | { json: string }
  | { bytes: Uint8Array }
  | { int: number }
  | { double: number }
  | { http: RpcHttpData };

/** A request (url, method, params, query) or a response (statusCode, cookies); which one, the direction tells. */
export interface RpcHttpData {
  url?: string;
  method?: string;
  statusCode?: string;
  headers?: Record<string, string>;
  nullableHeaders?: Record<string, { value: string }>;
  nullableParams?: Record<string, { value: string }>;
  nullableQuery?: Record<string, { value: string }>;
  body?: RpcTypedData | null | undefined;
  cookies?: RpcHttpCookie[];
}

export interface RpcHttpCookie {
  name: string;
  value: string;
  domain?: { value: string } | undefined;
  path?: { value: string } | undefined;
  expires?: { value: { seconds: number } } | undefined;
  secure?: { value: boolean } | undefined;
  httpOnly?: { value: boolean } | undefined;
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone' | undefined;
  maxAge?: { value: number } | undefined;
}

/**
 * The queue messages that one output value stands for, as text before any encoding: a JSON array is one message per
 * element (an empty one none), also when it comes as a string, and everything else is one message. Objects become
 * their JSON; bytes are read as UTF-8. Source: ReadAsEnumerable in the .NET host's FunctionBinding.
 */
export function toQueueMessages(data: RpcTypedData): string[] {
  const text = plainText(data);
  const array = 'json' in data || text.trimStart().startsWith('[') ? parseArray(text) : undefined;
  return array?.map(elementText) ?? [text];
}

function plainText(data: RpcTypedData): string {
  if ('string' in data) return data.string;
  if ('json' in data) return data.json;
  if ('bytes' in data) return new TextDecoder().decode(data.bytes);
  if ('int' in data) return String(data.int);
  if ('double' in data) return String(data.double);
  throw new Error('Cannot write an HTTP response to a queue: give the queue output a string, an object or an array.');
}

function parseArray(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // Text that only looks like an array is one message, as it stands.
  }
}

function elementText(element: unknown): string {
  return typeof element === 'string' ? element : JSON.stringify(element);
}
