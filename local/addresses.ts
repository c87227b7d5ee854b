import type { LocalAzure } from './local-azure.ts';
import { planCommand } from './plan/plan-command.ts';
import { heading } from './terminal/heading.ts';
import type { Paint } from './terminal/paint.ts';

/**
 * Where everything is, as lines: services, functions, a command that fires the scan, the settings that lead clients
 * here. Lines to paste are never broken, however long they are.
 */
export function addressLines({ emulator, host, webhookUrl, environment }: LocalAzure, paint: Paint): string[] {
  return [
    ...heading('Azure on this machine', paint),
    ...aligned([
      ['Resource manager', emulator.resourceManager],
      ...emulator.keyVaults.map(({ name, url }) => [`Vault ${name}`, url] as const),
      ...emulator.provisioningServices.map(
        ({ name, serviceOperationsHostName }) => [`DPS ${name}`, `https://${serviceOperationsHostName}`] as const,
      ),
      ['Authority', emulator.authority],
      ['Control', `${emulator.control}  (GET /requests, GET /telemetry, PUT /faults, PUT /latency)`],
    ]),
    ...heading('Functions', paint),
    ...aligned(host.functions.map((fn) => [fn.name, fn.url ?? triggerText(fn)] as const)),
    ...heading('Scan now', paint),
    `curl -X POST ${host.url}/admin/functions/scan -H 'content-type: application/json' -d '{}' ` +
      `-H 'x-functions-key: ${host.masterKey}'`,
    ...heading('Renew one CA now', paint),
    `RENEW_FUNCTION_KEY=${host.masterKey} STATUS_FUNCTION_KEY=${host.masterKey} npm run renew -- --app ${host.url} ` +
      '--wait --force --ca NAME',
    ...heading('Have enrollments call the webhook', paint),
    webhookUrl,
    ...heading('See what it would do', paint),
    planCommand(emulator, environment),
    ...heading('Point the Azure SDKs here', paint),
    ...Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`),
    ...heading('Point az here', paint),
    `export REQUESTS_CA_BUNDLE='${emulator.caCertificate}'`,
    `az cloud register --name local --endpoint-resource-manager ${emulator.resourceManager}`,
    'az cloud set --name local',
    `az login --service-principal --username any --password any --tenant ${emulator.tenantId}`,
    ...emulator.provisioningServices.map(
      ({ name }) => `az iot dps certificate list --resource-group ${emulator.resourceGroup} --dps-name ${name}`,
    ),
  ];
}

function triggerText({ schedule, queue }: LocalAzure['host']['functions'][number]): string {
  return schedule === undefined ? `queue ${queue ?? 'unknown'}` : `timer ${schedule}`;
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}
