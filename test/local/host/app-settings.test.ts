import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLocalSettings, resolveSettings, storageConnection } from '../../../local/host/app-settings.ts';

describe('resolveSettings', () => {
  it('replaces every %NAME%', () => {
    expect(resolveSettings('%A%-x-%B%', { A: '1', B: '2' })).toBe('1-x-2');
  });

  it.each([{}, { A: '' }])('refuses a name without a value: %o', (settings) => {
    expect(() => resolveSettings('%A%', settings)).toThrow("'%A%' does not resolve to a value");
  });
});

describe('storageConnection', () => {
  const settings = { AzureWebJobsStorage: 'main', AzureWebJobsOther: 'prefixed', Third: 'plain', Empty: '' };

  it.each([
    [undefined, 'main'],
    ['AzureWebJobsStorage', 'main'],
    ['Storage', 'main'],
    ['Other', 'prefixed'],
    ['Third', 'plain'],
  ])('finds what the connection %s names', (name, expected) => {
    expect(storageConnection(name, settings)).toBe(expected);
  });

  it.each([
    ['Absent', 'the setting Absent is not set'],
    ['Empty', 'the setting Empty is empty'],
  ])('says what is wrong with %s', (name, message) => {
    expect(() => storageConnection(name, settings)).toThrow(message);
  });
});

describe('readLocalSettings', () => {
  let folder: string;
  const write = (text: string) => writeFile(path.join(folder, 'local.settings.json'), text);
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'local-settings-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is empty without the file', async () => {
    expect(await readLocalSettings(folder)).toEqual({});
  });

  it('gives its values as text', async () => {
    await write('{"IsEncrypted": false, "Values": {"A": "1", "B": true}}');
    expect(await readLocalSettings(folder)).toEqual({ A: '1', B: 'true' });
  });

  it.each(['{', '{"IsEncrypted": true, "Values": {}}'])('refuses %s and names the file', async (text) => {
    await write(text);
    await expect(readLocalSettings(folder)).rejects.toThrow(`Cannot use ${folder}/local.settings.json`);
  });
});
