import { describe, expect, it } from 'vitest';
import { renew } from '../../../../shared/operations/renew.ts';
import {
  CA,
  enrolled,
  entryNames,
  eventsNamed,
  later,
  liveThrough,
  naming,
  OLD,
  operatorOf,
  RETIRE_AFTER_OVERLAP,
  turn,
  uploadedEntry,
} from '../../../support/moving.ts';
import { onceBefore } from '../../../support/once-before.ts';
import { createScene, type Scene } from '../../../support/scene.ts';

// What nobody has seen the service do, so the emulator does both.

const WEBHOOK = 'https://allocate.example/api/allocate?code=secret-1';

const BEHAVIOURS = [false, true].flatMap((masksWebhookUrl) =>
  [false, true].flatMap((keepsNamedCertificates) =>
    (['overwrite', 'conflict'] as const).map((putWithoutIfMatch) => ({
      masksWebhookUrl,
      keepsNamedCertificates,
      putWithoutIfMatch,
    })),
  ),
);

type Behaviour = (typeof BEHAVIOURS)[number];

function behaving(behaviour: Partial<Behaviour>, webhookUrl?: string): Promise<Scene> {
  const allocated = { webhookUrl: WEBHOOK, allocationPolicy: 'custom' as const };
  const seed = enrolled([
    {
      behaviour,
      enrollmentGroups: [{ ...naming('line-1'), ...allocated }, naming('line-2')],
      individualEnrollments: [{ ...naming('press-1'), ...allocated }],
    },
  ]);
  return createScene(seed, new Date(), { wishes: { ...RETIRE_AFTER_OVERLAP, webhookUrl } });
}

/** The webhook URLs as the DPS holds them, behind every mask. */
function heldWebhooks(scene: Scene): string[] {
  const { group, individual } = scene.service('dps-1').enrollments;
  return [...group.values(), ...individual.values()].flatMap(
    ({ content }) => /"webhookUrl":"([^"]*)"/.exec(content.text)?.[1] ?? [],
  );
}

describe.each(BEHAVIOURS)('a DPS with %o', (behaviour) => {
  it('sees a whole life: moved, released, retired, and the webhooks as they were', async () => {
    const scene = await behaving(behaviour, WEBHOOK);
    await turn(scene);
    expect(eventsNamed(scene, 'enrollment_moved')).toHaveLength(3);
    await liveThrough(scene, 31);
    for (const x509 of Object.values(await operatorOf(scene).references())) {
      expect(x509).toMatchObject({ caReferences: { primary: uploadedEntry(scene), secondary: null } });
    }
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(heldWebhooks(scene)).toEqual([WEBHOOK, WEBHOOK]);
    expect(eventsNamed(scene, 'renewal_refused')).toEqual([]);
    expect(scene.calls.filter(({ status }) => status === 409 || status === 412)).toEqual([]);
    expect(scene.violations()).toEqual([]);
  });
});

describe('a DPS that masks webhook URLs', () => {
  it.each([
    ['is not set', undefined],
    ['is another webhook', 'https://other.example/api/allocate?code=secret-2'],
    ['has another path', 'https://allocate.example/api/other?code=secret-1'],
    ['is masked itself', 'https://allocate.example/api/allocate?****'],
  ])('has what names one refused where ALLOCATION_WEBHOOK_URL %s, and moves all else', async (_what, setting) => {
    const scene = await behaving({ masksWebhookUrl: true }, setting);
    await turn(scene);
    expect(eventsNamed(scene, 'enrollment_moved')).toMatchObject([{ enrollment: 'line-2' }]);
    expect(eventsNamed(scene, 'renewal_refused')).toMatchObject([
      { reason: 'webhook-masked', message: expect.stringMatching(/line-1, press-1/) as unknown },
    ]);
    expect(eventsNamed(scene, 'certificate_trusted')).toEqual([]);
    expect(JSON.stringify(scene.events)).not.toContain('secret');
    // However long: what still names the old entry keeps it.
    await liveThrough(scene, 90);
    expect(heldWebhooks(scene)).toEqual([WEBHOOK, WEBHOOK]);
    expect(await entryNames(scene)).toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });
});

describe('a DPS that does not let named certificates go', () => {
  it('refuses a deletion that somebody was faster than, and the group that names the entry moves first', async () => {
    const scene = await behaving({ keepsNamedCertificates: true }, WEBHOOK);
    await renew(scene.app, CA, 'r1');
    later(scene, 31);
    const isDelete = (method: string) => method === 'DELETE';
    onceBefore(scene, isDelete, () => operatorOf(scene).add('group', 'line-3', OLD));
    await turn(scene).catch(() => undefined);
    expect(await entryNames(scene)).toContain(OLD);
    await liveThrough(scene, 1);
    expect((await operatorOf(scene).references())['line-3']).toMatchObject({
      caReferences: { primary: uploadedEntry(scene), secondary: OLD },
    });
    await liveThrough(scene, 31);
    expect(await entryNames(scene)).not.toContain(OLD);
    expect(scene.violations()).toEqual([]);
  });
});
