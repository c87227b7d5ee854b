import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nextOccurrence, parseNcrontab } from '../../shared/ncrontab.ts';
import { DEFAULT_SCHEDULE } from '../../shared/settings.ts';
import { bicepFiles, namedChildrenOf, nameOf, parseBicep, propertiesOf, textOf } from '../support/bicep.ts';

// What Azure Resource Manager would say of the rules only when they are deployed, and what the documents promise of them.

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const fileNamed = (name: string) => bicepFiles().find(({ file }) => file === name) ?? parseBicep('', name);
const main = fileNamed('main.bicep');
const alerts = fileNamed('modules/alerts.bicep');

const list = namedChildrenOf(alerts.root).find((node) => nameOf(node) === 'rules');
const rules = (list ? namedChildrenOf(namedChildrenOf(list)[1] ?? list) : []).map((rule) => {
  const properties = propertiesOf(rule);
  const of = (name: string) => properties.get(name)?.text ?? '';
  return {
    name: textOf(properties.get('name')),
    every: of('every'),
    over: of('over'),
    severity: Number(of('severity')),
  };
});

/** What `evaluationFrequency` and `windowSize` of Microsoft.Insights/scheduledQueryRules may be, in minutes. */
const FREQUENCIES = durations('PT1M PT5M PT10M PT15M PT30M PT45M PT1H PT2H PT3H PT4H PT5H PT6H P1D');
const WINDOWS = new Map([...FREQUENCIES, ...durations('P2D')]);

function durations(text: string): ReadonlyMap<string, number> {
  const minutes = { M: 1, H: 60, D: 24 * 60 };
  return new Map(
    text.split(' ').map((duration) => {
      const [, count, unit = 'M'] = /^PT?(\d+)([MHD])$/.exec(duration) ?? [];
      return [duration, Number(count) * minutes[unit as keyof typeof minutes]];
    }),
  );
}

function scanWindowOf({ root }: typeof main) {
  const parameter = namedChildrenOf(root).find((node) => nameOf(node) === 'scanWindow') ?? root;
  // A decorator belongs to what follows it.
  const allowed = /@allowed\(\[([^\]]*)\]\)\nparam scanWindow /.exec(root.text)?.[1] ?? '';
  return { allowed: [...allowed.matchAll(/'(\w+)'/g)].map(([, each = '']) => each), parameter };
}
const scanWindows = scanWindowOf(main).allowed;
const defaultWindow = textOf(namedChildrenOf(scanWindowOf(main).parameter)[2]);

describe('the rules', () => {
  it('watch what a renewal that nobody looks at must not lose', () => {
    expect(rules.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'no-scan',
        'nothing-managed',
        'refused-renewals',
        'abandoned-renewals',
        'overdue-renewals',
        'expiring-unmanaged',
        'denied-devices',
        'webhook-failures',
        'poison-messages',
      ]),
    );
  });

  it.each(rules)('$name runs as often, and looks back as far, as Azure allows', ({ every, over }) => {
    const frequency = FREQUENCIES.get(every.replaceAll("'", ''));
    expect(frequency).toBeDefined();
    const windows = over === 'scanWindow' ? scanWindows : [over.replaceAll("'", '')];
    expect(windows).not.toEqual([]);
    for (const window of windows) expect(WINDOWS.get(window)).toBeGreaterThanOrEqual(frequency ?? Number.NaN);
  });

  it.each(rules)('$name has a severity', ({ severity }) => {
    expect([0, 1, 2, 3, 4]).toContain(severity);
  });

  it.each(rules)('$name has its place in the runbook', ({ name }) => {
    const [, section = ''] = /^## Alerts\n(.*?)^## /ms.exec(read('docs/operations.md')) ?? [];
    expect(section).toContain(`\n- \`${name}\` – `);
  });

  it('are as many as infra/README.md says, and cost what it calculates', () => {
    const readme = read('infra/README.md');
    const often = rules.filter(({ every }) => every === "'PT5M'").length;
    const seldom = rules.filter(({ every }) => every === "'PT15M'").length;
    expect(often + seldom).toBe(rules.length);
    const COUNTS = ['ten', 'eleven', 'twelve', 'thirteen', 'fourteen'];
    expect(/(\w+) alert rules/.exec(readme)?.[1]).toBe(COUNTS[rules.length - 10]);
    const row = `${seldom} rules every 15 minutes × 0.50 + ${often} every 5 minutes × 1.50`;
    const calculated = /^\| alert rules \| (.+) \| ([\d.]+) \|$/m.exec(readme)?.slice(1);
    expect(calculated).toEqual([row, (seldom * 0.5 + often * 1.5).toFixed(2)]);
  });
});

describe('the parameter scanWindow', () => {
  it('may be the same in main.bicep as in alerts.bicep', () => {
    expect(scanWindows.length).toBeGreaterThan(5);
    expect(scanWindowOf(alerts).allowed).toEqual(scanWindows);
  });

  it('is three intervals of the default schedule where it is not set', () => {
    const schedule = parseNcrontab(DEFAULT_SCHEDULE);
    const first = nextOccurrence(schedule, new Date('2030-01-01T00:00:00Z'));
    const interval = nextOccurrence(schedule, first).getTime() - first.getTime();
    expect(WINDOWS.get(defaultWindow)).toBe((3 * interval) / 60_000);
  });
});
