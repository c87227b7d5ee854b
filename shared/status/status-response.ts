import { createHash } from 'node:crypto';
import { standingOf } from './standing.ts';
import { statusPage } from './status-page.ts';
import type { StatusReport } from './status-report.ts';
import { STYLE } from './style.ts';

/** What is answered to whoever asks how everything stands. */
export interface StatusResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The page has one style and nothing else: no script, no image, no request, and nobody may frame it. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Of every answer: the address may carry a function key, so nobody keeps the page or learns where it was read. */
export const GUARDED: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': POLICY,
};

/**
 * The status as a page, or as JSON for whoever prefers that. Always 200: how everything stands is no failure of the page.
 * @param accept the header of that name
 */
export function statusResponse(report: StatusReport, accept: string | null): StatusResponse {
  if (!prefersJson(accept)) {
    const headers = { ...GUARDED, vary: 'accept', 'content-type': 'text/html; charset=utf-8' };
    return { status: 200, headers, body: statusPage(report) };
  }
  const { now, snapshot, settings, overdueAt } = report;
  const { kind, headline, detail } = standingOf(report);
  const body = {
    at: now,
    standing: kind,
    headline,
    detail,
    ageSeconds: snapshot && Math.round((now.getTime() - snapshot.at.getTime()) / 1000),
    overdueAt,
    settings,
    snapshot,
  };
  const headers = { ...GUARDED, vary: 'accept', 'content-type': 'application/json; charset=utf-8' };
  return { status: 200, headers, body: JSON.stringify(body) };
}

/** RFC 9110 section 12.5.1, as far as two types need it: JSON where it is named and HTML is not liked as much. */
function prefersJson(accept: string | null): boolean {
  const weights = new Map(
    (accept ?? '').split(',').map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return [type, weight === undefined ? 1 : Number(weight.slice(2)) || 0] as const;
    }),
  );
  return (weights.get('application/json') ?? 0) > (weights.get('text/html') ?? 0);
}
