import type { Attestations, KeptAttestation } from '../../shared/ports.ts';

/** Attestations for the life of a process. */
export function attestationsInMemory(): Attestations {
  const enrollments = new Map<string, Map<string, KeptAttestation>>();
  const ofEnrollment = (kind: string, id: string) => {
    const key = `${kind}/${id.toLowerCase()}`;
    const devices = enrollments.get(key) ?? new Map<string, KeptAttestation>();
    enrollments.set(key, devices);
    return devices;
  };
  return {
    record: async (attestation) => {
      const devices = ofEnrollment(attestation.kind, attestation.enrollment);
      const key = attestation.registrationId.toLowerCase();
      const known = devices.get(key);
      const latest = known !== undefined && known.at >= attestation.at ? known : attestation;
      const firstSeen = known !== undefined && known.firstSeen < attestation.at ? known.firstSeen : attestation.at;
      devices.set(key, { ...latest, firstSeen });
    },
    ofEnrollment: async function* (kind, id) {
      const devices = [...ofEnrollment(kind, id).values()];
      // A page of two, so that whoever reads one page only is found out.
      for (let first = 0; first < devices.length; first += 2) yield devices.slice(first, first + 2);
    },
  };
}
