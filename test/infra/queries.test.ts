import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exhausted, movingTo } from '../../local/host/process-message.ts';
import type { EventName, LifecycleEvent } from '../../shared/events.ts';
import type { Metric, MetricName } from '../../shared/metrics.ts';
import { abandoned } from '../../shared/operations/abandon.ts';
import { abandonedAttestation } from '../../shared/operations/abandon-attestation.ts';
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
  'overdue-renewals': fields(['scan_completed'], ['due']),
  'nothing-managed': fields(['scan_completed'], ['managed', 'unmanaged']),
  scans: fields(['scan_completed'], ['managed', 'renewing', 'waiting', 'refused', 'unmanaged', 'failures', 'leftOut']),
  'refused-renewals': fields(['renewal_refused'], ['ca', 'vault', 'dps', 'reason', 'message']),
  'abandoned-renewals': fields(['renewal_abandoned'], ['ca', 'vault', 'message']),
  'expiring-unmanaged': fields(['certificate_unmanaged'], ['dps', 'entry', 'thumbprint', 'notAfter']),
  'denied-devices': fields(['allocation_denied'], ['enrollment', 'reason', 'registrationId', 'message']),
  'faulty-settings': fields(['settings_invalid'], ['faults']),
  'poison-messages': fields(['renewal_abandoned', 'attestation_lost'], ['reason']),
  'lost-reports': fields(['notification_lost', 'telemetry_lost'], ['message']),
  renewals: fields(RENEWAL_EVENTS, ['ca', 'dps', 'enrollment', 'thumbprint', 'reason', 'renewalId']),
  allocations: fields(['device_allocated', 'allocation_denied'], ['hub']),
};

type Scan = Extract<LifecycleEvent, { readonly event: 'scan_completed' }>;
/** What queries read of one element of a list, by what they call it. */
const MEMBERS = {
  due: ['vault', 'ca', 'since', 'notAfter'] satisfies (keyof Scan['due'][number])[],
  failure: ['target', 'reason', 'message'] satisfies (keyof Scan['failures'][number])[],
} as const;
/** The one alert that reads no event: a failure of the webhook may say nothing. The rest of the log is events. */
const OF_REQUESTS = ['webhook-failures'];
/** No alert: metrics may be missing without a word. */
const OF_METRICS = ['certificates'];
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
const startingWith = (table: string) => all.filter(({ text }) => new RegExp(`^${table}\\n`).test(text));
const onEvents = startingWith('traces');

function faults(query: Query): readonly string[] {
  const expected = FIELDS[query.name] ?? { events: [], fields: [] };
  return [
    ...eventsOf(query).flatMap((name) => (expected.events.includes(name) ? [] : `no event '${name}'`)),
    ...fieldsOf(query).flatMap((name) => (expected.fields.includes(name) ? [] : `no field '${name}'`)),
  ];
}

/** What a query reads of the elements of a list that it takes apart, `failure.target`. */
function membersOf({ text }: Query): readonly string[] {
  const elements = [...text.matchAll(/mv-expand (\w+)/g)].map(([, name = '']) => name);
  return elements.flatMap((element) => text.match(new RegExp(`\\b${element}\\.\\w+`, 'g')) ?? []);
}

describe('a query', () => {
  it('reads the log, but for one that reads requests, and one that reads metrics and is no alert', () => {
    const names = (queries: readonly Query[]) => queries.map(({ name }) => name);
    expect(names(startingWith('requests'))).toEqual(OF_REQUESTS);
    expect(names(startingWith('customMetrics'))).toEqual(OF_METRICS);
    expect(names(onEvents)).toEqual(names(all).filter((name) => ![...OF_REQUESTS, ...OF_METRICS].includes(name)));
    expect(names(onEvents)).toEqual(Object.keys(FIELDS).sort());
  });

  it('reads of the elements of a list what they have', () => {
    const known = Object.entries(MEMBERS).flatMap(([element, members]) => members.map((name) => `${element}.${name}`));
    expect([...new Set(all.flatMap(membersOf))].sort()).toEqual(known.sort());
  });

  it.each(onEvents)('$name filters events that there are, and reads what they have', (query) => {
    const expected = FIELDS[query.name];
    expect(new Set(eventsOf(query))).toEqual(new Set(expected?.events));
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

  it.each(onEvents)('$name looks for what lines of the log begin with', ({ text }) => {
    const beginnings = [...text.matchAll(/message startswith '(\{[^']+)'/g)].map(([, beginning = '']) => beginning);
    expect(beginnings).not.toEqual([]);
    const lines: string[] = [];
    const keep = (line: string) => lines.push(line);
    const emit = emitJsonLines({ log: keep, warn: keep });
    for (const event of Object.values(EVENTS)) emit(event);
    expect(beginnings.filter((beginning) => !lines.some((line) => line.startsWith(beginning)))).toEqual([]);
  });

  it.each(startingWith('customMetrics'))('$name reads metrics that there are', async ({ text }) => {
    const names = [...text.matchAll(/'(\w+_\w+)'/g)].map(([, name = '']) => name);
    expect([...new Set(names)].sort()).toEqual(METRICS);
    const dimensions = await dimensionsMeasured();
    const read = [...text.matchAll(/customDimensions\.(\w+)/g)].map(([, name = '']) => name);
    expect(read).not.toEqual([]);
    expect(read.filter((name) => !dimensions.includes(name))).toEqual([]);
  });

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

  it('finds what the functions say that read the poison queues', () => {
    const text = all.find(({ name }) => name === 'poison-messages')?.text ?? '';
    const said = [
      { file: 'functions/abandon.ts', event: abandoned('{}') },
      { file: 'functions/abandon-attestation.ts', event: abandonedAttestation('{}', new Date()) },
    ];
    for (const { file, event } of said) {
      const queue = /queueName: '([^']+)'/.exec(source(file))?.[1] ?? 'none';
      expect(text).toContain(`event == '${event.event}', '${queue}'`);
      if ('reason' in event) expect(text).toContain(`reason == '${event.reason}'`);
    }
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
