/** Individual enrollments on a page, as many as the app asks for. */
export const PAGE_SIZE = 1_000;

/**
 * A page of individual enrollments as the service API writes them, JSON text of about 800 octets a record.
 * @param entries which CAs the records name, in turn
 */
export function enrollmentPage(page: number, entries: readonly string[]): string {
  const records = Array.from({ length: PAGE_SIZE }, (_, index) => {
    const number = page * PAGE_SIZE + index;
    return recordOf(`device-${number}`, entries[number % entries.length] ?? '');
  });
  return `[${records.join(',')}]`;
}

function recordOf(id: string, entry: string): string {
  return (
    `{"registrationId":"${id}","deviceId":"${id}","attestation":{"type":"x509","x509":{"clientCertificates":null,` +
    `"signingCertificates":null,"caReferences":{"primary":"${entry}","secondary":null}}},` +
    '"capabilities":{"iotEdge":false},"etag":"\\"0000aa11-0000-0d00-0000-65f1c2d90000\\"","provisioningStatus":"enabled",' +
    '"reprovisionPolicy":{"updateHubAssignment":true,"migrateDeviceData":true},' +
    '"createdDateTimeUtc":"2026-01-01T00:00:00.1234567Z","lastUpdatedDateTimeUtc":"2026-01-01T00:00:00.1234567Z",' +
    '"allocationPolicy":"custom","iotHubs":["hub-a.azure-devices.net","hub-b.azure-devices.net"],' +
    '"customAllocationDefinition":{"webhookUrl":"https://app.example/api/allocate?****","apiVersion":"2021-10-01"},' +
    '"optionalDeviceInformation":{"site":"Ulm","line":7}}'
  );
}
