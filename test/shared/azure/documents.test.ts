import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { managedIdentity } from '../../../shared/azure/credential.ts';
import { createDocuments } from '../../../shared/azure/documents.ts';
import { documentsContract } from '../ports/documents.contract.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());

const connected = () => createDocuments({ connectionString: azurite.connectionString }, managedIdentity);
const container = () => BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('status');

documentsContract(async () => {
  await container().deleteIfExists();
  return connected();
});

it('makes its container where there is none', async () => {
  await container().deleteIfExists();
  await connected().write('a.json', 1, undefined);
  expect(await container().exists()).toBe(true);
});

it('takes what is no JSON for a value that is nothing, and replaces it', async () => {
  await container().createIfNotExists();
  await container().getBlockBlobClient('b.json').upload('{', 1);
  const read = await connected().read('b.json');
  expect(read?.value).toBeUndefined();
  await connected().write('b.json', 2, read);
  expect((await connected().read('b.json'))?.value).toBe(2);
});

it('names the document that could not be had, and no key', async () => {
  const [, key = ''] = /AccountKey=([^;]+)/.exec(azurite.connectionString) ?? [];
  const wrong = azurite.connectionString.replace(key, Buffer.from('wrong').toString('base64'));
  const documents = createDocuments({ connectionString: wrong }, managedIdentity);
  await expect(documents.read('a.json')).rejects.toThrow("Cannot read the document 'a.json'");
  await expect(documents.read('a.json')).rejects.not.toThrow(Buffer.from('wrong').toString('base64'));
  const unreadable = createDocuments({ connectionString: 'AccountKey=secret' }, managedIdentity);
  await expect(unreadable.read('a.json')).rejects.toThrow("Cannot read the document 'a.json'");
  await expect(unreadable.read('a.json')).rejects.not.toThrow('secret');
});
