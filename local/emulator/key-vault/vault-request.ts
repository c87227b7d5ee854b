/** A request after routing. */
export interface VaultRequest {
  /** Certificate or key name in the client's upper and lower case; '' where the route has none. */
  readonly name: string;
  /** Version, '' for the latest. */
  readonly version: string;
  /** `https://host:port` as the client addressed the vault: every id is built on it. */
  readonly origin: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON, `undefined` when the body was empty. */
  readonly body: unknown;
}
