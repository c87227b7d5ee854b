/** One call of a renewal that cannot be done without. */
export interface NeededCall {
  /** Short, unique. */
  readonly call: string;
  /** Why it cannot be left out. */
  readonly why: string;
  /** The calls whose answers it needs. */
  readonly after: readonly string[];
  /** Round trips, where one call takes more: a client's first call is turned away with the vault's challenge. Default 1. */
  readonly trips?: number;
}

/**
 * The fewest calls that renew one subordinate CA with a new key, in one vault with an issuer in another, for one DPS and
 * two enrollment groups, clients warm: what the protocols, the SDKs and the rules on what must hold whatever happens
 * leave no way round. Authenticated requests, as everywhere; 401s and token requests apart. Its longest chain is the
 * critical path.
 */
export const NEEDED_CALLS: readonly NeededCall[] = [
  {
    call: 'list the versions of the CA',
    why: 'which of them the DPS holds, and whether one was disabled, is told by no other answer',
    after: [],
  },
  { call: 'read the CA', why: 'its certificate is what is renewed; its policy says which key', after: [] },
  { call: 'list the CA’s vault', why: 'Key Vault has no search: the issuer may be any name in any vault', after: [] },
  { call: 'list the root’s vault', why: 'as above', after: [] },
  { call: 'read the DPS', why: 'a DPS that is not active takes no change; its linked hubs', after: [] },
  { call: 'list the DPS’s entries', why: 'which CA certificates it trusts, their state and ETags', after: [] },
  { call: 'list the groups', why: 'what refers to the CA is told by the enrollments alone; their ETags', after: [] },
  { call: 'list the individual enrollments', why: 'as above', after: [] },
  {
    call: 'read the issuer',
    why: 'its key must verify the CA’s signature; names can be forged',
    after: ['read the CA', 'list the CA’s vault', 'list the root’s vault'],
  },
  {
    call: 'create the request',
    why: 'a new key is made in the vault, and its CSR',
    after: [
      'list the versions of the CA',
      'read the issuer',
      'read the DPS',
      'list the DPS’s entries',
      'list the groups',
      'list the individual enrollments',
    ],
  },
  { call: 'poll the request', why: 'the SDK’s create reads it, and shows no CSR', after: ['create the request'] },
  { call: 'read the CSR', why: 'what is to be signed', after: ['poll the request'] },
  {
    call: 'read the CA again',
    why: 'Key Vault has no conditional create: whoever holds the lock looks whether another was faster',
    after: ['create the request'],
  },
  {
    call: 'sign the certificate',
    why: 'by the issuer’s key, in its vault',
    after: ['read the CSR', 'read the CA again'],
  },
  {
    call: 'read the request again',
    why: 'a merge is conditional on nothing but the key: what was signed must still be pending',
    after: ['sign the certificate'],
  },
  { call: 'read the CA once more', why: 'as above, for versions that came meanwhile', after: ['sign the certificate'] },
  { call: 'merge', why: 'makes the version', after: ['read the request again', 'read the CA once more'] },
  {
    call: 'read the version',
    why: 'what the vault holds is compared with what was built, before a DPS learns of it',
    after: ['merge'],
  },
  { call: 'upload the entry', why: 'the DPS learns of the certificate', after: ['read the version'] },
  { call: 'ask for a verification code', why: 'proof of possession', after: ['upload the entry'] },
  {
    call: 'sign the proof',
    why: 'by the new key; the SDK’s client for a key not used before is turned away once',
    after: ['ask for a verification code'],
    trips: 2,
  },
  { call: 'verify', why: 'proof of possession', after: ['sign the proof'] },
  { call: 'move the first group', why: 'an enrollment is written by itself, with its ETag', after: ['verify'] },
  { call: 'move the second group', why: 'as above; it does not wait for the first', after: ['verify'] },
];

/** Round trips on the longest chain of calls that need each other's answers. */
export function criticalPath(calls: readonly NeededCall[]): number {
  const ends = new Map<string, number>();
  for (const { call, after, trips = 1 } of calls) {
    const begins = after.map((earlier) => {
      const end = ends.get(earlier);
      if (end === undefined) throw new Error(`'${call}' comes after '${earlier}', which is not before it in the list`);
      return end;
    });
    ends.set(call, Math.max(0, ...begins) + trips);
  }
  return Math.max(0, ...ends.values());
}
