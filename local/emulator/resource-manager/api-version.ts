import { armError } from './errors.ts';

/** Every api-version of Microsoft.Devices/provisioningServices that has been published. */
export const PROVISIONING_API_VERSIONS = [
  '2017-11-15',
  '2018-01-22',
  '2020-01-01',
  '2020-03-01',
  '2021-10-15',
  '2022-02-05',
  '2022-12-12',
  '2025-02-01-preview',
  '2026-03-01-preview',
  '2026-08-31',
] as const;

/**
 * Refuses a request without an api-version, or with one that is not supported.
 *
 * @param supported `'any'` for the resource manager's own resources, whose versions are many: a date will do
 */
export function assertApiVersion(url: URL, supported: readonly string[] | 'any'): void {
  const version = url.searchParams.get('api-version');
  if (!version) {
    const message = 'The api-version query parameter (?api-version=) is required for all requests.';
    throw armError(400, 'MissingApiVersionParameter', message);
  }
  const isSupported =
    supported === 'any' ? /^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version) : supported.includes(version.toLowerCase());
  if (isSupported) return;
  const versions = supported === 'any' ? '' : ` The supported versions are '${supported.join(',')}'.`;
  throw armError(400, 'InvalidApiVersionParameter', `The api-version '${version}' is invalid.${versions}`);
}
