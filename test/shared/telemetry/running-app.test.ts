import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../../local/emulator/control/faults.ts';
import { createTls } from '../../../local/emulator/tls.ts';
import { createTemporaryDirectory } from '../../../local/temporary-directory.ts';
import type { Metric } from '../../../shared/metrics.ts';
import { type RunningApp, startRunningApp } from '../../support/running-app.ts';
import { secretsIn } from '../../support/secrets-in.ts';

// The built app on the local host, through the real SDK, to the emulator's ingestion endpoint; and to a receiver of
// notifications that is this test's own.

interface Envelope {
  readonly tags: Readonly<Record<string, string>>;
  readonly time: string;
  readonly data: {
    readonly baseType: string;
    readonly baseData: {
      readonly name?: string;
      readonly properties: Readonly<Record<string, string>>;
      readonly metrics?: readonly { name: string; value: number; min: number; max: number; count: number }[];
    };
  };
}

const SECRET_PATH = '/hook/s3cr3t-p4th';
const directory = createTemporaryDirectory('telemetry-test-');
const posted: Record<string, unknown>[] = [];
let receiver: Server;
let answer: 'accept' | 'refuse' | 'hang' = 'accept';
let app: RunningApp;
let url: string;

beforeAll(async () => {
  const tls = await createTls(new Date());
  receiver = createServer(tls, async (request, response) => {
    posted.push((await json(request)) as Record<string, unknown>);
    if (answer !== 'hang') response.writeHead(answer === 'accept' ? 202 : 500).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `https://localhost:${(receiver.address() as AddressInfo).port}${SECRET_PATH}`;
  app = await startRunningApp();
  await app.stop();
  const caCertificates = join(directory.path, 'ca.pem');
  const { caCertificate, applicationInsights } = app.emulator.description;
  writeFileSync(caCertificates, `${readFileSync(caCertificate, 'utf8')}\n${tls.caCertificate}`);
  const settings = {
    NODE_EXTRA_CA_CERTS: caCertificates,
    APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.connectionString,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
    NOTIFICATION_WEBHOOK_URL: url,
    WEBSITE_HOSTNAME: 'func-fleet.azurewebsites.net',
    WEBSITE_SITE_NAME: 'func-fleet',
  };
  await app.start(settings);
});
afterAll(async () => {
  await app?.close();
  receiver?.closeAllConnections();
  receiver?.close();
  directory.remove();
});

const envelopes = () => app.emulator.telemetry.envelopes() as unknown as readonly Envelope[];
const customEvents = (name: string) =>
  envelopes().filter(({ data }) => data.baseType === 'EventData' && data.baseData.name === name);
const measured = (name: Metric['name']) =>
  envelopes().flatMap(({ data: { baseData } }) =>
    (baseData.metrics ?? []).flatMap((metric) => (metric.name === name ? [{ ...metric, ...baseData.properties }] : [])),
  );

describe('a scan and the renewals that it asks for', () => {
  let renewed: { readonly renewalId: string; readonly ca: string; readonly notAfter: string };

  it('send each of their events, as it stands in the log', async () => {
    await app.scan();
    await app.queueEmpty();
    await app.log.until('every end', () => (app.events('renewal_settled').length > 0 ? true : undefined));
    await app.scan();
    const settled = app.events('renewal_settled')[0];
    if (settled === undefined) throw new Error('Nothing was renewed');
    renewed = settled;
    for (const name of ['scan_completed', 'certificate_issued', 'possession_proven', 'renewal_settled'] as const) {
      const expected = app.events(name).map(({ event: _, ...payload }) => Object.keys(payload).sort());
      const sent = customEvents(name).map(({ data }) => Object.keys(data.baseData.properties).sort());
      expect(sent.map((keys) => keys.filter((key) => key !== 'invocationId'))).toEqual(expected);
    }
    expect(app.log.records.filter(({ message }) => message.includes('_lost'))).toEqual([]);
  });

  it('send them with the time and the name that they had, and the invocation and the renewal they belong to', () => {
    const [issued] = customEvents('certificate_issued');
    const record = app.log.records.find(({ message }) => message.includes('"certificate_issued"'));
    if (issued === undefined || record === undefined) throw new Error('Nothing was issued');
    const { properties } = issued.data.baseData;
    expect(properties).toMatchObject({ renewalId: renewed.renewalId, ca: renewed.ca, notAfter: renewed.notAfter });
    expect(properties.invocationId).toBe(record.invocationId);
    // The host's own trace of the call: Application Insights shows the event beside what the host says of it.
    expect(issued.tags['ai.operation.id']).toBe(record.invocationId?.replaceAll('-', ''));
    expect(issued.tags['ai.cloud.role']).toBe('func-fleet');
    expect(Math.abs(Date.parse(issued.time) - Date.parse(record.at))).toBeLessThan(1000);
  });

  it('send metrics whose sum, least and most are the value, for one of each series in a scan', () => {
    const expiries = measured('ca_certificate_not_after_timestamp_seconds');
    const seconds = Date.parse(renewed.notAfter) / 1000;
    expect(expiries.filter(({ value }) => value === seconds)).not.toEqual([]);
    for (const name of [
      'ca_certificate_not_after_timestamp_seconds',
      'ca_certificate_renewal_timestamp_seconds',
      'ca_certificate_verified',
      'enrollments_per_generation',
      'scan_last_success_timestamp_seconds',
    ] as const) {
      const points = measured(name);
      expect(points).not.toEqual([]);
      expect(points.filter(({ value, min, max, count }) => count !== 1 || min !== value || max !== value)).toEqual([]);
    }
    expect(measured('renewal_attempts')).toMatchObject([
      { value: 1, outcome: 'finished', renewalId: renewed.renewalId },
    ]);
    expect(new Set(measured('renewal_step_duration_ms').map((point) => (point as { step?: string }).step))).toEqual(
      new Set(app.events('renewal_settled')[0]?.steps),
    );
  });

  it('notify in one message each, and not again in the next scan', () => {
    const notices = posted.flatMap(({ sections }) => sections as { notices: { event: { event: string } }[] }[]);
    const names = notices.flatMap((section) => section.notices.map(({ event }) => event.event));
    expect(names.filter((name) => name === 'certificate_unmanaged')).toHaveLength(
      new Set(app.events('certificate_unmanaged').map(({ thumbprint, dps }) => `${dps} ${thumbprint}`)).size,
    );
    expect(app.events('scan_completed')).toHaveLength(2);
    expect(posted[0]).toMatchObject({ version: 1, statusPage: 'https://func-fleet.azurewebsites.net/api/status' });
  });

  it('and evidence that cannot be kept: somebody is notified of it, and Application Insights has it', async () => {
    const queue = QueueServiceClient.fromConnectionString(app.storage).getQueueClient('attestations');
    await queue.sendMessage(Buffer.from('{"not":"from the webhook"}').toString('base64'));
    const lost = await app.log.until('the event', () => app.events('attestation_lost')[0]);
    await app.log.until('the end of attest', () =>
      app.log.records.find(({ message }) => message.startsWith('Executed attest, ')),
    );
    expect(lost.reason).toBe('malformed-message');
    expect(posted.at(-1)).toMatchObject({ sections: [{ notices: [{ event: lost }] }] });
    expect(customEvents('attestation_lost')).toHaveLength(1);
  });

  it('give no secret away, in whatever they send or log', () => {
    const { description } = app.emulator;
    const secrets = [description.identity.header, SECRET_PATH, /AccountKey=([^;]+)/.exec(app.storage)?.[1] ?? ''];
    const sent = [...envelopes(), ...posted].map((each) => ({
      at: '',
      level: 'information' as const,
      message: JSON.stringify(each),
    }));
    expect(sent.length).toBeGreaterThan(10);
    expect(secretsIn([...sent, ...app.log.records], secrets)).toEqual([]);
  });
});

describe('where nobody can be told', () => {
  interface Way {
    readonly to: string;
    readonly connectionString: () => string;
    readonly effect?: FaultEffect;
    readonly lost: RegExp;
    readonly how: typeof answer;
    readonly untold: RegExp;
  }
  const own = () => app.emulator.description.applicationInsights.connectionString;
  const nowhere = 'InstrumentationKey=00000000-0000-4000-8000-000000000001;IngestionEndpoint=https://localhost:1/';
  const another = () => own().replace('a11197', 'a11198');
  const hanging: FaultEffect = { delayMs: 3_600_000 };
  const failing: FaultEffect = { status: 500 };
  const hang = { how: 'hang', untold: /2000 ms/ } as const;
  const refuse = { how: 'refuse', untold: /answered 500/ } as const;
  afterEach(() => app.emulator.clearFaults());

  it.each<Way>([
    { to: 'nowhere', connectionString: () => nowhere, lost: /ECONNREFUSED/, ...hang },
    { to: "to another's resource", connectionString: another, lost: /answered 400/, ...refuse },
    { to: 'where nobody ever answers', connectionString: own, effect: hanging, lost: /more than 2000 ms/, ...hang },
    { to: 'where 500 is the answer', connectionString: own, effect: failing, lost: /answered 500/, ...refuse },
  ])(
    'telemetry that goes $to, a receiver that is to $how: a renewal takes all its steps, with one warning each',
    async ({ connectionString, effect, lost, how, untold }) => {
      const settled = app.events('renewal_settled').at(-1);
      await app.stop();
      if (effect) app.emulator.setFaults([{ service: 'ingestion', times: 1000, effect }]);
      answer = how;
      const [before, taken] = [app.log.records.length, envelopes().length];
      await app.start({
        APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString(),
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
        NODE_EXTRA_CA_CERTS: join(directory.path, 'ca.pem'),
        NOTIFICATION_WEBHOOK_URL: url,
        NOTIFICATION_EVENTS: 'renewal_settled',
      });
      await app.send({ vaultUrl: settled?.vault, name: settled?.ca, force: settled?.thumbprint });
      await app.queueEmpty();
      const records = app.log.records.slice(before);
      expect(records.filter(({ message }) => message.startsWith('Executed renew, succeeded, ')).length).toBe(1);
      expect(envelopes()).toHaveLength(taken);
      const said = records.flatMap(({ message }) => (message.startsWith('{"event"') ? [JSON.parse(message)] : []));
      expect(said.map(({ event }) => event)).toEqual(
        expect.arrayContaining(['certificate_requested', 'certificate_issued', 'possession_proven']),
      );
      const ends = said.filter(({ event }) => /_(?:lost|settled)$/.test(event));
      expect(ends.toSorted((a, b) => (a.event < b.event ? 1 : -1))).toMatchObject([
        { event: 'telemetry_lost', message: expect.stringMatching(lost) },
        { event: 'renewal_settled', steps: expect.arrayContaining(['request', 'issue', 'upload', 'prove']) },
        { event: 'notification_lost', message: expect.stringMatching(untold) },
      ]);
      expect(secretsIn(records, [SECRET_PATH])).toEqual([]);
    },
  );
});
