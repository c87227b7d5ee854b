import type { Plan, PlannedCa, PlannedIssuer, UnmanagedCa } from '../../shared/operations/planned.ts';
import { heading } from '../terminal/heading.ts';
import { daysBetween } from '../terminal/layout.ts';
import { reasonText, stepText } from './step-text.ts';
import { below, dayOf, thumbprintIn, type View } from './view.ts';

/** The CAs that no DPS holds, managed or not; nothing where there is none. */
export function caLines({ cas, unmanagedCas, provisioningServices }: Plan, view: View): string[] {
  const held = new Set(
    provisioningServices.flatMap((service) =>
      service.kind === 'read' ? service.entries.flatMap(({ ca }) => (ca ? keyOf(ca) : [])) : [],
    ),
  );
  const lines = [
    ...cas.filter(({ ca }) => !held.has(keyOf(ca))).flatMap((ca) => managedLines(ca, view)),
    ...unmanagedCas.flatMap((ca) => unmanagedLines(ca, view)),
  ];
  return lines.length === 0 ? [] : [...heading('CAs that no DPS holds', view.paint), ...lines];
}

function managedLines({ ca, generations, issuer, next }: PlannedCa, view: View): string[] {
  const [newest] = generations;
  const [step] = next;
  const facts = newest ? `${newest.key ?? 'unknown key'}, ${untilText(newest.notAfter, view)}` : 'could not be read';
  const { text, colour } = step ? stepText(step, view) : ({ text: '', colour: 'dim' } as const);
  return [
    `  ${ca.name} in ${view.nameOf(ca.vaultUrl)}: ${facts}  ${view.paint(colour, text)}`.trimEnd(),
    ...(newest
      ? below(`newest generation ${thumbprintIn(newest.thumbprint, view)}${issuedBy(issuer, view)}`, view)
      : []),
    ...(step ? below(reasonText(step, view), view) : []),
  ];
}

function unmanagedLines({ ca, key, notAfter, issuerOf }: UnmanagedCa, view: View): string[] {
  const names = issuerOf.map(({ name }) => name).join(', ');
  const why =
    names === ''
      ? 'Not managed: no DPS holds it, and no tag dps names one.'
      : `Has issued ${names}. Not managed itself: it signs, and nobody renews it unless a DPS holds it or its tag dps names one.`;
  const facts = `${key ?? 'unknown key'}, ${untilText(notAfter, view)}`;
  return [`  ${ca.name} in ${view.nameOf(ca.vaultUrl)}: ${facts}`, ...below(why, view)];
}

function untilText(notAfter: Date, view: View): string {
  const days = daysBetween(view.now, notAfter);
  return `until ${dayOf(notAfter, view)} (${days.toLocaleString('en')} days)`;
}

function issuedBy(issuer: PlannedIssuer | undefined, view: View): string {
  if (issuer === undefined) return '';
  if (issuer.kind === 'found') return `, issued by ${issuer.ca.name} in ${view.nameOf(issuer.ca.vaultUrl)}`;
  const others = {
    self: ', a root',
    missing: ', its issuer is in no vault',
    external: ', signed elsewhere',
    unknown: ', its issuer could not be read',
  };
  return others[issuer.kind];
}

function keyOf({ vaultUrl, name }: PlannedCa['ca']): string {
  return `${vaultUrl}/${name}`;
}
