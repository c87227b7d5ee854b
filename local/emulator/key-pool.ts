import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** The kinds of key that Key Vault makes for a certificate. */
export type KeyKind =
  | { kty: 'RSA'; size: 2048 | 3072 | 4096 }
  | { kty: 'EC'; crv: 'P-256' | 'P-384' | 'P-521' | 'P-256K' };

export interface KeyPool {
  /** A new private key that nobody else gets. */
  take(kind: KeyKind): Promise<KeyObject>;
  /** Stops making keys ahead. `take` still works, at the full price. */
  close(): void;
}

export interface KeyPoolOptions {
  readonly ready?: Readonly<Partial<Record<RsaSize, number>>>;
  readonly makeKey?: (kind: KeyKind) => Promise<KeyObject>;
}

type RsaSize = Extract<KeyKind, { kty: 'RSA' }>['size'];

const generate = promisify(generateKeyPair);
const READY_BY_DEFAULT: Readonly<Partial<Record<RsaSize, number>>> = { 2048: 2, 3072: 1 };

/** Makes one key pair on libuv's thread pool, so that the event loop goes on meanwhile. */
async function generatePrivateKey(kind: KeyKind): Promise<KeyObject> {
  if (kind.kty === 'EC') {
    // OpenSSL knows P-256K by its SEC 2 name only.
    const namedCurve = kind.crv === 'P-256K' ? 'secp256k1' : kind.crv;
    return (await generate('ec', { namedCurve })).privateKey;
  }
  return (await generate('rsa', { modulusLength: kind.size })).privateKey;
}

/**
 * RSA keys take 0.1 to 3 seconds each, so a few are made ahead, one at a time. EC keys are made when they are asked for.
 *
 * `ready` is how many keys of each RSA size lie in stock at most. The first one is made when the event loop is idle
 * after the call. Neither timers nor stock keep the process alive; a key in the making delays its end by that one key.
 * `makeKey` makes one private key; default OpenSSL, off the event loop.
 */
export function createKeyPool(options: KeyPoolOptions = {}): KeyPool {
  const makeKey = options.makeKey ?? generatePrivateKey;
  const wanted = Object.entries(options.ready ?? READY_BY_DEFAULT).map(
    ([size, count]) => ({ size: Number(size) as RsaSize, count }) as const,
  );
  const stock = new Map<RsaSize, KeyObject[]>(wanted.map(({ size }) => [size, []]));
  let inTheMaking: { size: RsaSize; key: Promise<KeyObject>; claimed: boolean } | undefined;
  let closed = false;

  const refillSoon = () => {
    if (!closed) setTimeout(refill, 0).unref();
  };

  function refill() {
    if (closed || inTheMaking !== undefined) return;
    const short = wanted.find(({ size, count }) => (stock.get(size)?.length ?? 0) < count);
    if (short === undefined) return;
    const making = { size: short.size, key: makeKey({ kty: 'RSA', size: short.size }), claimed: false };
    inTheMaking = making;
    making.key.then(
      (key) => {
        inTheMaking = undefined;
        if (!making.claimed) stock.get(making.size)?.push(key);
        refillSoon();
      },
      () => {
        // Whoever claimed this key sees the error; if nobody did, the next `take` meets it by itself.
        inTheMaking = undefined;
      },
    );
  }

  refillSoon();
  return {
    async take(kind) {
      if (kind.kty === 'EC') return makeKey(kind);
      const ready = stock.get(kind.size)?.shift();
      refillSoon();
      if (ready !== undefined) return ready;
      if (inTheMaking?.size === kind.size && !inTheMaking.claimed) {
        inTheMaking.claimed = true;
        return inTheMaking.key;
      }
      return makeKey(kind);
    },
    close() {
      closed = true;
    },
  };
}
