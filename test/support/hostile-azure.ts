import { type StubAnswer, type StubDps, type StubRequest, startStubDps } from './stub-dps.ts';

/** Two hosts on loopback: the one that a client is made for, and one that it has no business with. */
export interface HostileAzure {
  readonly own: StubDps;
  readonly foreign: StubDps;
  /** Origin of the first, and of the second. */
  readonly url: string;
  readonly elsewhere: string;
  /**
   * From now on the own host answers so, and asks for a token first, as Key Vault does; whoever comes to the foreign
   * one is given an empty answer.
   */
  answer(how: (request: StubRequest) => StubAnswer): void;
  close(): Promise<void>;
}

const CHALLENGE = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer authorization="https://login.example/t", resource="https://vault.azure.net"' },
  text: '{}',
};

/** Starts both, trusted by this process, each with a certificate that is right for its name: TLS is not what stops anybody. */
export async function startHostileAzure(): Promise<HostileAzure> {
  const own = await startStubDps();
  const foreign = await startStubDps();
  return {
    own,
    foreign,
    url: `https://${own.host}`,
    elsewhere: `https://${foreign.host}`,
    answer: (how) => {
      own.answer((request) => (request.headers.authorization === undefined ? CHALLENGE : how(request)));
      foreign.answer(() => ({ text: '{"value":[]}' }));
    },
    // Each gives back the trust that it found.
    close: async () => {
      await foreign.close();
      await own.close();
    },
  };
}
