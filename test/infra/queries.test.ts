import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exhausted, movingTo } from '../../local/host/process-message.ts';
import type { EventName, LifecycleEvent } from '../../shared/events.ts';
import type { Metric, MetricName } from '../../shared/metrics.ts';
import { scan } from '../../shared/operations/scan.ts';
import { emitJsonLines } from '../../shared/telemetry/json-lines.ts';
import { bicepFiles, namedChildrenOf, nodesIn, parseBicep, propertiesOf, textOf } from '../support/bicep.ts';
import { EVENTS } from '../support/events.ts';
import { columnsOf, eventsOf, fieldsOf, type Query, queries } from '../support/kql.ts';
import { createScene } from '../support/scene.ts';

// An alert whose query names a field that no event has never fires, and nobody notices. What an event has is told by
// its type: FIELDS does not compile for anything else. What a query reads is told by its text.

type FieldOf<Name extends EventName> = Name extends EventName
  ? keyof Extract<LifecycleEvent, { readonly event: Name }>
  : never;

function fields<const Name extends EventName>(events: readonly Name[], names: readonly FieldOf<Name>[]) {
  return { events: [...events], fields: ([...names] as string[]).sort() };
}

const RENEWAL_EVENTS = [
  'certificate_requested',
  'certificate_issued',
  'certificate_uploaded',
  'possession_proven',
  'enrollment_moved',
  'certificate_trusted',
  'certificate_retired',
  'version_disabled',
  'renewal_settled',
] as const;

/** What each query filters and reads. */
const FIELDS: Readonly<Record<string, { readonly events: readonly string[]; readonly fields: readonly string[] }>> = {
  'no-scan': fields(['scan_completed'], []),
  'incomplete-scans': fields(['scan_completed'], ['failures']),
  'nothing-managed': fields(['scan_completed'], ['managed', 'unmanaged']),
  scans: fields(['scan_completed'], ['managed', 'renewing', 'waiting', 'refused', 'unmanaged', 'failures', 'leftOut']),
  'refused-renewals': fields(['renewal_refused'], ['ca', 'vault', 'dps', 'reason', 'message']),
  'abandoned-renewals': fields(['renewal_abandoned'], ['ca', 'vault', 'message']),
  'expiring-unmanaged': fields(['certificate_unmanaged'], ['dps', 'entry', 'thumbprint', 'notAfter']),
  'denied-devices': fields(['allocation_denied'], ['enrollment', 'reason', 'registrationId', 'message']),
  'faulty-settings': fields(['settings_invalid'], ['faults']),
  renewals: fields(RENEWAL_EVENTS, ['ca', 'dps', 'enrollment', 'thumbprint', 'reason', 'renewalId']),
  allocations: fields(['device_allocated', 'allocation_denied'], ['hub']),
};
/** The metrics that queries read, and the dimensions of those. */
const METRICS: readonly MetricName[] = [
  'ca_certificate_not_after_timestamp_seconds',
  'ca_certificate_renewal_timestamp_seconds',
];
/** Dimensions that each of these metrics has, as a scan measures it. */
async function dimensionsMeasured(): Promise<readonly string[]> {
  const measured: Metric[] = [];
  const { app } = await createScene();
  await scan({ ...app, ports: { ...app.ports, measure: (metric) => void measured.push(metric) } });
  const [first = [], ...others] = METRICS.map((name) =>
    measured.filter((metric) => metric.name === name).flatMap(({ dimensions }) => Object.keys(dimensions)),
  );
  return first.filter((dimension) => others.every((each) => each.includes(dimension)));
}

const source = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const all = queries();
const onEvents = all.filter((query) => query.text.startsWith('traces') && eventsOf(query).length > 0);

function faults(query: Query): readonly string[] {
  const expected = FIELDS[query.name] ?? { events: [], fields: [] };
  return [
    ...eventsOf(query).flatMap((name) => (expected.events.includes(name) ? [] : `no event '${name}'`)),
    ...fieldsOf(query).flatMap((name) => (expected.fields.includes(name) ? [] : `no field '${name}'`)),
  ];
}

describe('a query', () => {
  it.each(onEvents)('$name filters events that there are, and reads what they have', (query) => {
    const expected = FIELDS[query.name];
    expect([...eventsOf(query)].sort()).toEqual([...(expected?.events ?? [])].sort());
    expect(fieldsOf(query)).toEqual(expected?.fields);
    expect(faults(query)).toEqual([]);
  });

  it.each([
    [
      'a field that the event has not',
      'traces | where message startswith \'{"event":"renewal_refused"\' | project e.cause',
    ],
    ['an event that is none', 'traces | where message startswith \'{"event":"renewal_failed"\' | project e.ca'],
    ['another event', "traces | where e.event == 'scan_completed' | project e.ca"],
  ])('with %s is found', (_, text) => {
    expect(faults({ name: 'refused-renewals', text })).toHaveLength(1);
  });

  it('with a field that no type has does not even compile', () => {
    // @ts-expect-error: a refusal has a reason and a message.
    expect(fields(['renewal_refused'], ['cause']).fields).toEqual(['cause']);
  });

  it.each(onEvents)('$name begins as the lines of the log do', ({ text }) => {
    const beginning = /message startswith '([^']+)'/.exec(text)?.[1] ?? 'none';
    const lines: string[] = [];
    const keep = (line: string) => lines.push(line);
    const emit = emitJsonLines({ log: keep, warn: keep });
    for (const event of Object.values(EVENTS)) emit(event);
    expect(lines.some((line) => line.startsWith(beginning))).toBe(true);
  });

  it.each(all.filter(({ text }) => text.startsWith('customMetrics')))(
    '$name reads metrics that there are',
    async ({ text }) => {
      const names = [...text.matchAll(/'(\w+_\w+)'/g)].map(([, name = '']) => name);
      expect([...new Set(names)].sort()).toEqual(METRICS);
      const dimensions = await dimensionsMeasured();
      const read = [...text.matchAll(/customDimensions\.(\w+)/g)].map(([, name = '']) => name);
      expect(read).not.toEqual([]);
      expect(read.filter((name) => !dimensions.includes(name))).toEqual([]);
    },
  );

  it('filters requests by the name under which the webhook is registered', async () => {
    const registered = /app\.http\('([^']+)'/.exec(source('functions/allocate.ts'))?.[1];
    const filtered = all.flatMap(({ text }) =>
      [...text.matchAll(/\bname == '(\w+)'(?! *\))/g)].map(([, name]) => name),
    );
    expect(filtered).toEqual([registered]);
  });

  it('finds the message that the host says of a message which it gives up, and in it the queue', () => {
    const text = all.find(({ name }) => name === 'poison-messages')?.text ?? '';
    const said = movingTo('renewals-poison', exhausted({ maxDequeueCount: 5 }));
    const beginning = /startswith '([^']+)'/.exec(text)?.[1] ?? 'none';
    const part = /contains '([^']+)'/.exec(text)?.[1] ?? 'none';
    const queue = new RegExp(/extract\("([^"]+)"/.exec(text)?.[1] ?? 'none');
    expect(said.startsWith(beginning) && said.includes(part)).toBe(true);
    expect(queue.exec(said)?.[1]).toBe('renewals-poison');
  });

  it('looks back as far as its alert, where it says how far', () => {
    const refused = all.find(({ name }) => name === 'refused-renewals')?.text ?? '';
    expect(/ago\((\d+)d\)/.exec(refused)?.[1]).toBe('2');
    expect(source('infra/modules/alerts.bicep')).toMatch(/name: 'refused-renewals'[^}]*over: 'P2D'/);
  });
});

describe('alerts and workbook', () => {
  const files = bicepFiles();
  const alerts = files.find(({ file }) => file === 'modules/alerts.bicep') ?? parseBicep('');
  const workbook = files.find(({ file }) => file === 'modules/workbook.bicep') ?? parseBicep('');
  const loadedBy = ({ root }: typeof alerts) =>
    [...root.text.matchAll(/loadTextContent\('\.\.\/queries\/([\w-]+)\.kql'\)/g)].map(([, name = '']) => name);
  const list = nodesIn(alerts.root).find(
    ({ type, text }) => type === 'variable_declaration' && text.startsWith('var rules'),
  );
  const rules = (list ? namedChildrenOf(list)[1] : undefined) ?? alerts.root;
  const dimensions = namedChildrenOf(rules).map((rule) => {
    const properties = propertiesOf(rule);
    const by = properties.get('by');
    return { name: textOf(properties.get('name')), by: by ? namedChildrenOf(by).map(textOf) : [] };
  });

  it('show and watch every query that there is', () => {
    expect(loadedBy(workbook).sort()).toEqual(all.map(({ name }) => name));
    expect(loadedBy(alerts).sort()).toEqual(
      all
        .map(({ name }) => name)
        .filter((name) => !['allocations', 'certificates', 'renewals', 'scans'].includes(name)),
    );
  });

  it('hold no query of their own', () => {
    expect(alerts.root.text + workbook.root.text).not.toMatch(/\| *(where|extend|summarize|project)\b/);
  });

  it('name each rule after its query', () => {
    expect(dimensions.map(({ name }) => name)).toEqual(loadedBy(alerts));
  });

  it.each(dimensions)('$name is split by columns that its query has', ({ name, by }) => {
    const query = all.find((each) => each.name === name);
    const columns = query && columnsOf(query);
    expect(by.filter((column) => !columns?.has(column))).toEqual([]);
  });
});
