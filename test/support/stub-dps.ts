import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { TokenCredential } from '@azure/identity';
import { listen } from '../../local/emulator/listener.ts';
import { readBody } from '../../local/emulator/read-body.ts';
import { createTls } from '../../local/emulator/tls.ts';

export interface StubRequest {
  readonly method: string;
  /** With the query, as it came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came, byte for byte (UTF-8). */
  readonly body: string;
}

export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, as application/json. */
  readonly text?: string;
}

/** Something on loopback that speaks HTTPS and answers as a test wants, right or wrong. */
export interface StubDps {
  /** With its port. */
  readonly host: string;
  /** PEM; whoever else but this process is to trust the stub needs it. */
  readonly caCertificate: string;
  /** Gives the token `stub-token` to anybody. */
  readonly credential: TokenCredential;
  /** Every scope that a token was asked for. */
  readonly scopes: readonly string[];
  readonly requests: readonly StubRequest[];
  /** What to answer from now on; forgets what was. */
  answer(how: (request: StubRequest) => StubAnswer): void;
  close(): Promise<void>;
}

/** Starts one that this process trusts. */
export async function startStubDps(): Promise<StubDps> {
  const [scopes, requests]: [string[], StubRequest[]] = [[], []];
  let how: (request: StubRequest) => StubAnswer = () => ({ status: 500 });
  const tls = await createTls(new Date());
  const trustedBefore = getCACertificates('default');
  setDefaultCACertificates([...trustedBefore, tls.caCertificate]);
  const listener = await listen((incoming, response) => {
    void readBody(incoming).then((bytes) => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: bytes.toString() };
      requests.push(request);
      const answer = how(request);
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.text);
    });
  }, tls);
  return {
    host: `127.0.0.1:${listener.port}`,
    caCertificate: tls.caCertificate,
    credential: {
      getToken: async (asked) => {
        scopes.push(...[asked].flat());
        return { token: 'stub-token', expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    },
    scopes,
    requests,
    answer: (next) => {
      how = next;
      requests.length = 0;
      scopes.length = 0;
    },
    close: async () => {
      await listener.close();
      setDefaultCACertificates(trustedBefore);
    },
  };
}
