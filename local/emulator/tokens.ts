import { createECDH, createHash, createPrivateKey, createPublicKey, type JsonWebKey, sign, verify } from 'node:crypto';

/** Issues and checks the bearer tokens of the emulator. */
export interface Tokens {
  /** Signs a token for one audience (`aud`), valid from now for `lifetimeSeconds`. */
  issue(request: TokenRequest): IssuedToken;
  /** Whether the value of an Authorization header is a Bearer token of ours, unexpired, for one of `audiences`. */
  accepts(authorization: string | undefined, audiences: readonly string[]): boolean;
  /** The public key as a JWK set (RFC 7517), for clients that check tokens themselves. */
  jwks(): { keys: JsonWebKey[] };
}

export interface TokenRequest {
  readonly audience: string;
  readonly issuer: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly lifetimeSeconds: number;
}

export interface IssuedToken {
  /** JWT, compact form, ES256 (RFC 7515, RFC 7518 section 3.4). */
  readonly token: string;
  /** Unix seconds. */
  readonly expiresOn: number;
}

const HEADER = { alg: 'ES256', typ: 'JWT', kid: 'emulator' } as const;

/**
 * The key follows from a constant, so that each instance on each machine accepts every other's tokens. That is needed:
 * @azure/identity caches tokens for the whole process, and hands a token of an emulator that has gone to the next one.
 * It gives nothing away: the authority issues a token to whoever asks.
 */
const KEY = keyFromConstant('emulator token signing key, not a secret');

/**
 * @param now the machine's clock, never a clock that a test moves: clients cache tokens by the machine's clock, and
 *   would go on sending one that an emulator in the future holds to be expired
 */
export function createTokens(now: () => Date): Tokens {
  return {
    issue: (request) => issue(request, unixSeconds(now())),
    accepts(authorization, audiences) {
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
      const claims = token === undefined ? undefined : verifiedClaims(token);
      if (!claims) return false;
      const { aud, exp } = claims;
      return typeof exp === 'number' && exp > unixSeconds(now()) && typeof aud === 'string' && audiences.includes(aud);
    },
    jwks: () => ({ keys: [{ ...KEY.publicJwk, use: 'sig', alg: HEADER.alg, kid: HEADER.kid }] }),
  };
}

function issue(request: TokenRequest, issuedAt: number): IssuedToken {
  const expiresOn = issuedAt + request.lifetimeSeconds;
  const claims = {
    aud: request.audience,
    iss: request.issuer,
    iat: issuedAt,
    nbf: issuedAt,
    exp: expiresOn,
    tid: request.tenantId,
    appid: request.clientId,
    oid: request.clientId,
    sub: request.clientId,
    ver: '1.0',
  };
  const signed = `${base64urlJson(HEADER)}.${base64urlJson(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: KEY.privateKey, dsaEncoding: 'ieee-p1363' });
  return { token: `${signed}.${signature.toString('base64url')}`, expiresOn };
}

function verifiedClaims(token: string): Record<string, unknown> | undefined {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  const key = { key: KEY.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) return undefined;
  // The signature is ours, hence so are the claims: nothing else can stand here than what issue() wrote.
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
}

function keyFromConstant(constant: string) {
  const ecdh = createECDH('prime256v1');
  const scalar = createHash('sha256').update(constant).digest();
  ecdh.setPrivateKey(scalar);
  // Uncompressed point (SEC 1 section 2.3.3): 0x04, x, y, 32 octets each.
  const point = ecdh.getPublicKey();
  const publicJwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const privateKey = createPrivateKey({ key: { ...publicJwk, d: scalar.toString('base64url') }, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey), publicJwk };
}

function base64urlJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function unixSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
