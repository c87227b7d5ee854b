import type { TokenCredential } from '@azure/identity';
import { describe, expect, it } from 'vitest';
import { enrollmentScope } from '../../../shared/azure/enrollment-scope.ts';
import { createEnrollments } from '../../../shared/azure/enrollments.ts';

const PUBLIC = 'https://azure-devices-provisioning.net/.default';

const FOREIGN = [
  'dps-1.azure-devices-provisioning.net.evil.example',
  'dps-1.evil-azure-devices-provisioning.net',
  'azure-devices-provisioning.net',
  '.azure-devices-provisioning.net',
  'a.b.azure-devices-provisioning.net',
  'dps_1.azure-devices-provisioning.net',
  'dps-1.azure-devices-provisioning',
  'dps-1.azure-devices-provisioning.net:8443',
  'dps-1.azure-devices-provisioning.net/path',
  'dps-1.azure-devices-provisioning.net@evil.example',
  'dps-1.azure-devices-provisioning.net\n',
  'evil.example#.azure-devices-provisioning.net',
  'https://dps-1.azure-devices-provisioning.net',
  'dps-1.azure-devices.net',
  '127.0.0.1.evil.example',
  '127.0.0.1:8443@evil.example',
  'localhost.evil.example:443',
  '127.0.0.2',
  '',
];

describe('enrollmentScope', () => {
  it.each([
    ['dps-1.azure-devices-provisioning.net', PUBLIC],
    ['DPS-1.Azure-Devices-Provisioning.NET', PUBLIC],
    ['d.azure-devices-provisioning.net', PUBLIC],
    ['dps-1.azure-devices-provisioning.cn', 'https://azure-devices-provisioning.cn/.default'],
    ['dps-1.azure-devices-provisioning.us', 'https://azure-devices-provisioning.us/.default'],
    ['127.0.0.1:8443', PUBLIC],
    ['127.0.0.1', PUBLIC],
    ['localhost:8443', PUBLIC],
    ['[::1]:8443', PUBLIC],
  ])('of %s', (host, scope) => {
    expect(enrollmentScope(host)).toBe(scope);
  });

  it.each(FOREIGN)('refuses the foreign host %j, by name', (host) => {
    expect(() => enrollmentScope(host)).toThrow(`'${host}': it is no host of a DPS`);
  });

  it('is asked before any token is: no adapter is made for a foreign host', () => {
    let asked = 0;
    const credential: TokenCredential = {
      getToken: async () => {
        asked += 1;
        return null;
      },
    };
    for (const host of FOREIGN) expect(() => createEnrollments(host, credential)).toThrow('no token is sent to it');
    expect(asked).toBe(0);
  });
});
