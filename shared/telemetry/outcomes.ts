// The SDK tells nobody how a request ended: it logs nothing and throws nothing. A policy in its HTTP pipeline sees it.

/** How a request to the ingestion endpoint ended. */
export interface Outcome {
  /** In words; `undefined` where everything was taken. */
  readonly problem: string | undefined;
}

interface PipelineRequest {
  timeout: number;
}

interface PipelineResponse {
  readonly status: number;
  readonly bodyAsText?: string | null | undefined;
}

/** A policy of the pipelines of Azure's SDKs. */
export interface OutcomePolicy {
  readonly name: string;
  sendRequest<Request extends PipelineRequest, Response extends PipelineResponse>(
    request: Request,
    next: (request: Request) => Promise<Response>,
  ): Promise<Response>;
}

/**
 * Notes how requests end, and gives each of them up after so long.
 * @returns the policy, and `take`: the outcomes since it was last called
 */
export function watchOutcomes(limitMs: number): { readonly policy: OutcomePolicy; take(): readonly Outcome[] } {
  let outcomes: Outcome[] = [];
  return {
    policy: {
      name: 'outcomes',
      sendRequest: async (request, next) => {
        request.timeout = limitMs;
        try {
          const response = await next(request);
          outcomes.push({ problem: problemOf(response) });
          return response;
        } catch (error) {
          outcomes.push({ problem: error instanceof Error ? error.message : String(error) });
          throw error;
        }
      },
    },
    take: () => {
      const taken = outcomes;
      outcomes = [];
      return taken;
    },
  };
}

const ADVICE: Readonly<Record<number, string>> = {
  400: 'check APPLICATIONINSIGHTS_CONNECTION_STRING',
  401: 'check APPLICATIONINSIGHTS_AUTHENTICATION_STRING and the role Monitoring Metrics Publisher',
  402: 'its daily cap is reached',
  403: 'check APPLICATIONINSIGHTS_AUTHENTICATION_STRING and the role Monitoring Metrics Publisher',
};

/** 206: a part was taken. Of the answer's own words none is repeated: it may hold what was sent. */
function problemOf({ status, bodyAsText }: PipelineResponse): string | undefined {
  const counts = countsIn(bodyAsText ?? '');
  const refused = counts && counts.received - counts.accepted;
  if (status === 200 && !refused) return undefined;
  const advice = ADVICE[status];
  const share = refused ? `, ${refused} of ${counts.received} items refused` : '';
  return `the ingestion endpoint has answered ${status}${share}${advice ? `; ${advice}` : ''}`;
}

function countsIn(body: string): { readonly received: number; readonly accepted: number } | undefined {
  try {
    const { itemsReceived: received, itemsAccepted: accepted } = JSON.parse(body) as Record<string, unknown>;
    return typeof received === 'number' && typeof accepted === 'number' ? { received, accepted } : undefined;
  } catch {
    return undefined; // No answer of the service's own, such as a proxy's page: the status says it.
  }
}
