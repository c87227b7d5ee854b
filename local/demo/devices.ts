/** A device of the demo. */
export interface Device {
  readonly registrationId: string;
  /** Name of the DPS that it registers with. */
  readonly dps: string;
  /** Its enrollment there: the id of a group, or its own registrationId. */
  readonly enrollment: string;
  readonly kind: 'group' | 'individual';
}

/** The provisioning services of the demo, and the enrollments of theirs that trust the CA that is due. */
export const FLEET = 'dps-fleet';
export const DOCK = 'dps-dock';
export const LINE_GROUP = 'a-line-1';
export const DOCK_GROUP = 'a-packaging';
export const GATEWAY = 'a-gateway';

const robots = Array.from({ length: 17 }, (_, index) => inGroup(`robot-${twoDigits(index + 1)}`, FLEET, LINE_GROUP));
const packers = Array.from({ length: 6 }, (_, index) => inGroup(`packer-${twoDigits(index + 1)}`, DOCK, DOCK_GROUP));
const gateway: Device = { registrationId: GATEWAY, dps: FLEET, enrollment: GATEWAY, kind: 'individual' };

/** All devices under the CA that is due: 24. */
export const DEVICES: readonly Device[] = [...robots, ...packers, gateway];

/** In which order they get certificates of the new CA: 10, then all others but one, then that straggler. */
export const WAVES: readonly (readonly Device[])[] = [
  robots.slice(0, 10),
  [...robots.slice(10, -1), ...packers, gateway],
  robots.slice(-1),
];

function inGroup(registrationId: string, dps: string, enrollment: string): Device {
  return { registrationId, dps, enrollment, kind: 'group' };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
