/** How a device shows a hub who it is, as DPS sets it up: by its present certificate, whatever CA issued that. */
export type HubAuthentication =
  | {
      readonly type: 'selfSigned';
      /** SHA-256, upper-case hex; the same twice. */
      readonly x509Thumbprint: { readonly primaryThumbprint: string; readonly secondaryThumbprint: string };
    }
  | { readonly type: 'sas' };

/** A device in the registry of an IoT hub. */
export interface HubDevice {
  readonly deviceId: string;
  readonly registrationId: string;
  readonly authentication: HubAuthentication;
  /** The twin that it began with, as JSON; `undefined` if it began with an empty one. */
  readonly initialTwin: unknown;
}

/** The devices of all hubs, which is all there is of a hub here. Host names and ids are compared without regard to case. */
export interface Hubs {
  get(hub: string, deviceId: string): HubDevice | undefined;
  put(hub: string, device: HubDevice): void;
  delete(hub: string, deviceId: string): void;
  /** In the order in which they came. */
  list(hub: string): HubDevice[];
}

export function createHubs(): Hubs {
  const hubs = new Map<string, Map<string, HubDevice>>();
  const devicesOf = (hub: string) => hubs.get(hub.toLowerCase());
  return {
    get: (hub, deviceId) => devicesOf(hub)?.get(deviceId.toLowerCase()),
    put: (hub, device) => {
      const devices = devicesOf(hub) ?? new Map<string, HubDevice>();
      hubs.set(hub.toLowerCase(), devices);
      devices.set(device.deviceId.toLowerCase(), device);
    },
    delete: (hub, deviceId) => {
      devicesOf(hub)?.delete(deviceId.toLowerCase());
    },
    list: (hub) => [...(devicesOf(hub)?.values() ?? [])],
  };
}
