import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { issueDeviceCertificate } from '../../../local/demo/issue-device-certificate.ts';
import { issueGeneration, issuerOf, NOW } from './fleet-builders.ts';

it('issues a certificate for a device that the CA has signed elsewhere, with its chain and its own key', async () => {
  const ca = await issueGeneration({ subject: 'CN=Plant A CA, O=Contoso' });
  const { registrationId, der, chain, key, issuer } = await issueDeviceCertificate('robot-1', issuerOf(ca), NOW);
  const [leaf, above, ...more] = chain
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .filter((pem) => pem.trim() !== '')
    .map((pem) => new X509Certificate(pem));
  expect([registrationId, more]).toStrictEqual(['robot-1', []]);
  expect(leaf?.raw).toStrictEqual(Buffer.from(der));
  expect(above?.raw).toStrictEqual(Buffer.from(ca.generation.der));
  expect(issuer).toBe(ca.generation.thumbprint);
  expect(leaf?.subject).toBe('CN=robot-1');
  expect(leaf?.checkIssued(new X509Certificate(ca.generation.der))).toBe(true);
  expect(leaf?.verify(new X509Certificate(ca.generation.der).publicKey)).toBe(true);
  expect(leaf?.ca).toBe(false);
  expect(leaf?.validFromDate).toStrictEqual(NOW);
  expect(leaf?.toLegacyObject().ext_key_usage).toStrictEqual(['1.3.6.1.5.5.7.3.2']);
  expect(leaf?.checkPrivateKey(createPrivateKey(key))).toBe(true);
});
