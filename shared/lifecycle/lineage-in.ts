import type { VaultVersion } from '../ports.ts';
import { entryName } from './entry-name.ts';
import { newestOf, type Observed, type ObservedService, type ServiceFacts } from './observed.ts';
import type { FormerMember, Lineage, Member } from './reference-lineage.ts';

type ReadService = Extract<ServiceFacts, { readonly kind: 'read' }> & { readonly embeddedBelow?: readonly string[] };
export type ReadLane = Extract<ObservedService, { readonly kind: 'read' }>;

/** All versions of a CA as one DPS has them: what references to it are decided on. */
export function lineageIn(observed: Observed, service: ReadService): Lineage {
  const { versions, chainedSubordinates } = observed.vault;
  const newest = newestOf(observed);
  const others = versions.flatMap((version): FormerMember[] => {
    if (version.thumbprint === undefined || version.thumbprint === newest.certificate.thumbprint) return [];
    const isRolledBack = !version.enabled && version.createdOn > newest.createdOn;
    return [
      { ...memberOf(observed, service, version, version.thumbprint), rank: isRolledBack ? 'rolled-back' : 'older' },
    ];
  });
  const { thumbprint, notAfter } = newest.certificate;
  const member = memberOf(observed, service, { ...newest, thumbprint, enabled: true }, thumbprint);
  return {
    newest: { ...member, rank: 'newest', notAfter, certificate: newest.certificate },
    others,
    entries: service.entries,
    chainedSubordinates: [...chainedSubordinates, ...(service.embeddedBelow ?? [])],
  };
}

function memberOf(
  { ca, vault }: Observed,
  service: ReadService,
  version: VaultVersion,
  thumbprint: string,
): Omit<Member, 'rank'> {
  const certificate = vault.generations.find((generation) => generation.version === version.version)?.certificate;
  const entries = service.entries.filter((entry) => entry.thumbprint === thumbprint);
  const signers = vault.issuer.kind === 'found' ? vault.issuer.signers : [];
  const issuers = service.entries.filter((entry) => signers.includes(entry.thumbprint));
  return {
    thumbprint,
    ownName: entryName(ca.name, thumbprint),
    createdOn: version.createdOn,
    notAfter: certificate?.notAfter ?? entries.find((entry) => entry.notAfter !== undefined)?.notAfter,
    certificate,
    entries,
    issuerEntry: issuers.find((entry) => entry.isVerified) ?? issuers[0],
  };
}
