import { describe, expect, it } from 'vitest';
import type { LifecycleEvent } from '../../../shared/events.ts';
import { REFUSAL_REASONS, type RefusalReason } from '../../../shared/lifecycle/reasons.ts';
import { type Digest, digestOf } from '../../../shared/notifications/digest.ts';
import { formatJson } from '../../../shared/notifications/format-json.ts';
import { formatSlack } from '../../../shared/notifications/format-slack.ts';
import { formatTeams } from '../../../shared/notifications/format-teams.ts';
import { EVENTS } from '../../support/events.ts';

const STATUS_PAGE = 'https://func-fleet.azurewebsites.net/api/status';
const unmanaged = Array.from({ length: 250 }, (_, index) => ({
  ...EVENTS.certificate_unmanaged,
  entry: `left-over-${index}`,
}));
const DIGEST = digestOf([EVENTS.certificate_trusted, ...unmanaged, EVENTS.renewal_refused], STATUS_PAGE);
const FORMATS: Readonly<Record<string, (digest: Digest) => unknown>> = {
  json: formatJson,
  slack: formatSlack,
  teams: formatTeams,
};

/** What somebody might call an entry, a device or a CA. */
const HOSTILE = '<!channel> [click](https://evil.example) *bold* <script>alert(1)</script> <@U1> `code` ~x~';

describe.each(Object.entries(FORMATS))('the format %s', (name, format) => {
  it('is as it always was', async () => {
    await expect(`${JSON.stringify(format(DIGEST), undefined, 2)}\n`).toMatchFileSnapshot(`golden/${name}.json`);
  });

  it.each(Object.values(EVENTS))('has words for $event', (event) => {
    const text = JSON.stringify(format(digestOf([event], undefined)));
    expect(text).not.toMatch(/undefined|\[object/);
  });

  it('links to nothing where there is no status page', () => {
    expect(JSON.stringify(format(digestOf([EVENTS.renewal_refused], undefined)))).not.toContain('/api/status');
  });
});

describe('a refusal', () => {
  it.each(Object.entries(FORMATS))('says in %s what to do about its reason', (_, format) => {
    const refused = { ...EVENTS.renewal_refused, reason: 'bad-tag' } as const;
    const text = JSON.stringify(format(digestOf([refused, { ...refused, reason: 'unsupported-key' }], undefined)));
    expect(text).toContain('Mend the tag on the newest version of the certificate.');
    expect(text).toContain('Renew this CA by hand.');
  });

  it.each(Object.keys(REFUSAL_REASONS) as RefusalReason[])('has something to do for %s', (reason) => {
    const { sections } = digestOf([{ ...EVENTS.renewal_refused, reason }], undefined);
    expect(sections[0]?.notices[0]?.toDo).toMatch(/^[A-Z].*\.$/);
  });
});

describe('a long message', () => {
  const long = (ca: string) => ({ ...EVENTS.renewal_refused, ca, message: '&'.repeat(100_000) });
  const digest = digestOf(
    [...Object.values(EVENTS), ...unmanaged, ...['a', 'b', 'c', 'd', 'e'].map((ca) => long(ca.repeat(400)))],
    STATUS_PAGE,
  );

  it('has no block that Slack refuses, and still says what to do', () => {
    const { blocks } = formatSlack(digest) as { blocks: { text?: { text: string } }[] };
    expect(blocks.length).toBeLessThan(50);
    const texts = blocks.map(({ text }) => text?.text ?? '');
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(3000);
    expect(texts.find((text) => text.includes('&amp;'))).toMatch(/…\n… and 1 more\n_To do:_ /);
  });

  it('is no card that Teams refuses (28 kB)', () => {
    expect(Buffer.byteLength(JSON.stringify(formatTeams(digest)))).toBeLessThan(25_000);
  });
});

describe('what comes from elsewhere', () => {
  const hostile = digestOf([{ ...EVENTS.renewal_refused, ca: HOSTILE, message: HOSTILE }], STATUS_PAGE);

  it('mentions nobody, links to nothing and formats nothing in Slack', () => {
    const { blocks, text } = formatSlack(hostile) as {
      blocks: { text?: { type: string; text: string } }[];
      text: string;
    };
    const marked = blocks.flatMap((block) => (block.text?.type === 'mrkdwn' ? block.text.text : []));
    expect(marked).toHaveLength(1);
    for (const each of [text, ...marked]) expect(each).not.toMatch(/<[!@#]|<https?:|<script/);
    expect(marked[0]).toContain('&lt;!channel&gt; [click](https://evil.example) *\u200bbold*\u200b');
  });

  it('stands in text runs in Teams, which know no Markdown', () => {
    const holders = new Set<unknown>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('text' in value && String(value.text).includes('evil.example'))
        holders.add((value as { type?: string }).type);
      Object.values(value).forEach(visit);
    };
    visit(formatTeams(hostile));
    expect([...holders]).toEqual(['TextRun']);
  });
});

describe('digestOf', () => {
  it('names five of a kind and counts the rest, what needs a person first', () => {
    expect(DIGEST.sections.map(({ tone, count, notices }) => [tone, count, notices.length])).toEqual([
      ['attention', 250, 5],
      ['attention', 1, 1],
      ['good', 1, 1],
    ]);
    expect(DIGEST.headline).toBe('250 CA certificates that nobody renews, and 2 things more');
  });

  it.each<[string, LifecycleEvent, string]>([
    ['a scan that watches over nothing', { ...EVENTS.scan_completed, managed: 0 }, 'Nothing is managed'],
    [
      'a scan that could not read everything',
      { ...EVENTS.scan_completed, failures: [{ target: '/x/dps-1', message: '403' }] },
      'A scan could not read everything',
    ],
    [
      'a scan that has found who waits for a person',
      {
        ...EVENTS.scan_completed,
        failures: [{ target: 'https://kv/plant-a-ca', message: 'request 7f', reason: 'external-signature' }],
      },
      'A CA cannot go on by itself',
    ],
    ['a scan of which nothing is to be said', EVENTS.scan_completed, 'All could be read'],
    [
      'a request that waits',
      { ...EVENTS.certificate_requested, csr: 'MIIB' },
      'A certification request waits to be signed',
    ],
    ['a request that is signed here', EVENTS.certificate_requested, 'A certificate was requested'],
  ])('%s', (_, event, headline) => {
    expect(digestOf([event], undefined).headline).toBe(headline);
  });
});
