/** A DPS of some cloud: one label for its name, then the data plane's domain in that cloud. */
const DPS_HOST = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.(azure-devices-provisioning\.[a-z]{2,})$/;
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

/**
 * The scope to ask a token for, for the data plane of a DPS: `https://<domain>/.default`. The domain is the host's own,
 * so that what a host is sent is good for nothing but a DPS of its cloud; on loopback, public Azure's.
 * Throws an Error for any other host, which must never be sent a token.
 * @param host the resource's `serviceOperationsHostName`; on loopback with its port
 */
export function enrollmentScope(host: string): string {
  const [, domain] = DPS_HOST.exec(host.toLowerCase()) ?? [];
  if (domain !== undefined) return `https://${domain}/.default`;
  if (LOOPBACK_HOST.test(host.toLowerCase())) return 'https://azure-devices-provisioning.net/.default';
  throw new Error(
    `Cannot read the enrollments of '${host}': it is no host of a DPS, and no token is sent to it; ` +
      "look at the resource's serviceOperationsHostName",
  );
}
