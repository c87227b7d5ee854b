import { describe, expect, it } from 'vitest';
import { createBody, NOW, newVault, ORIGIN, plantRoot, send } from '../../../support/key-vault-builders.ts';

const SECONDS = NOW.getTime() / 1000;

describe('soft delete', () => {
  it('hides the name and its key, keeps the name taken, and gives everything back', async () => {
    const vault = newVault();
    const { version } = await plantRoot(vault);
    const before = (await send(vault, 'GET', '/certificates/root/')).body;
    const deleted = await send(vault, 'DELETE', '/certificates/root');
    expect(deleted.body).toEqual({
      ...before,
      recoveryId: `${ORIGIN}/deletedcertificates/root`,
      deletedDate: SECONDS,
      scheduledPurgeDate: SECONDS + 90 * 24 * 60 * 60,
    });
    expect((await send(vault, 'GET', '/certificates/root/')).status).toBe(404);
    expect((await send(vault, 'GET', `/keys/root/${version}`)).status).toBe(404);
    expect((await send(vault, 'GET', '/certificates/root/versions')).body.value).toEqual([]);
    expect((await send(vault, 'GET', '/certificates')).body.value).toEqual([]);
    expect((await send(vault, 'GET', '/keys')).body.value).toEqual([]);
    expect((await send(vault, 'GET', '/deletedcertificates')).body.value).toMatchObject([{ deletedDate: SECONDS }]);

    const create = await send(vault, 'POST', '/certificates/root/create', createBody('Unknown'));
    expect(create.status).toBe(409);
    expect(create.body.error).toEqual({
      code: 'Conflict',
      message:
        'Certificate root is currently in a deleted but recoverable state, and its name cannot be reused; in this ' +
        'state, the certificate can only be recovered or purged.',
      innererror: { code: 'ObjectIsDeletedButRecoverable' },
    });

    expect((await send(vault, 'POST', '/deletedcertificates/root/recover')).body).toEqual(before);
    expect((await send(vault, 'GET', '/certificates/root/')).body).toEqual(before);
    expect((await send(vault, 'GET', '/deletedcertificates/root')).status).toBe(404);
  });

  it('ends with a purge, which frees the name', async () => {
    const vault = newVault();
    await plantRoot(vault);
    expect((await send(vault, 'DELETE', '/deletedcertificates/root')).status).toBe(404);
    await send(vault, 'DELETE', '/certificates/root');
    const purged = await send(vault, 'DELETE', '/deletedcertificates/root');
    expect([purged.status, purged.body]).toEqual([204, undefined]);
    expect((await send(vault, 'POST', '/certificates/root/create', createBody('Unknown'))).status).toBe(202);
  });
});
