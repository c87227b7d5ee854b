/** What became of a call of the webhook. */
export interface Explanation {
  /** For programs. */
  readonly finding:
    | 'allocated'
    | 'denied' // 400
    | 'key-rejected' // 401
    | 'forbidden' // 403
    | 'not-found' // 404
    | 'redirected' // 3xx
    | 'transient' // 429 and above
    | 'unexpected-status'
    | 'no-hub' // 200 without iotHubHostName
    | 'hub-not-linked'
    | 'timeout'
    | 'untrusted' // TLS
    | 'unreachable'
    | 'not-callable'; // And not called: not https, masked, no URL.
  /** For people: what it is, what DPS makes of it, what to do. */
  readonly text: string;
  /** A line to paste that helps. */
  readonly command?: string;
  /** Where the device would go. */
  readonly hub?: string;
}
