import * as z from 'zod';
import { parseDistinguishedName } from '../distinguished-name.ts';
import type { KeyKind } from '../key-pool.ts';
import type { RequestedExtensions } from '../pki.ts';
import { parseBody } from './request-body.ts';
import { badParameter } from './vault-error.ts';

const RSA_SIZES = [2048, 3072, 4096] as const;
const CURVE_SIZES = { 'P-256': 256, 'P-384': 384, 'P-521': 521, 'P-256K': 256 } as const;
type Curve = keyof typeof CURVE_SIZES;

/** RFC 5280 section 4.2.1.3. */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/** serverAuth and clientAuth: the purposes that Key Vault asks for when the policy names none. */
const DEFAULT_PURPOSES = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
/** Key Vault's own limit on a subject, in characters. */
export const SUBJECT_LIMIT = 200;

const sans = z.object({
  dns_names: z.array(z.string()).nullish(),
  emails: z.array(z.string()).nullish(),
  upns: z.array(z.string()).nullish(),
});
const lifetimeAction = z.object({
  trigger: z.object({
    lifetime_percentage: z.int().min(1).max(99).nullish(),
    days_before_expiry: z.int().min(1).nullish(),
  }),
  action: z.object({ action_type: z.enum(['EmailContacts', 'AutoRenew']) }),
});

/**
 * A policy as requests carry it. Fields that are not listed fall away, `x509_props.basic_constraints` among them: the
 * service calls it internal, no SDK sends it, and an issuer `Self` that obeyed it would hide faults in a client.
 */
export const policyRequest = z.object({
  key_props: z
    .object({
      exportable: z.boolean().nullish(),
      kty: z.enum(['RSA', 'RSA-HSM', 'EC', 'EC-HSM']).nullish(),
      key_size: z.int().nullish(),
      crv: z.enum(Object.keys(CURVE_SIZES) as [Curve, ...Curve[]]).nullish(),
      reuse_key: z.boolean().nullish(),
    })
    .nullish(),
  secret_props: z.object({ contentType: z.string().nullish() }).nullish(),
  x509_props: z
    .object({
      subject: z.string().max(SUBJECT_LIMIT).nullish(),
      sans: sans.nullish(),
      ekus: z.array(z.string().regex(/^\d+(\.\d+)+$/)).nullish(),
      key_usage: z
        .array(z.preprocess((usage) => (usage === 'crlSign' ? 'cRLSign' : usage), z.enum(KEY_USAGES)))
        .nullish(),
      validity_months: z.int().min(1).max(1200).nullish(),
    })
    .nullish(),
  lifetime_actions: z.array(lifetimeAction).nullish(),
  issuer: z
    .object({ name: z.string().nullish(), cert_transparency: z.boolean().nullish(), cty: z.string().nullish() })
    .nullish(),
  attributes: z.object({ enabled: z.boolean().nullish() }).nullish(),
});
export type PolicyRequest = z.infer<typeof policyRequest>;

/** A stored policy, in the form in which it goes over the wire (without its id), every default filled in. */
export interface Policy {
  readonly key_props: {
    readonly exportable: boolean;
    readonly kty: 'RSA' | 'RSA-HSM' | 'EC' | 'EC-HSM';
    /** Bits; for EC keys too. */
    readonly key_size: number;
    readonly reuse_key: boolean;
    readonly crv?: Curve;
  };
  readonly secret_props: { readonly contentType: string };
  readonly x509_props: {
    readonly subject: string;
    readonly sans?: z.infer<typeof sans>;
    readonly ekus: readonly string[];
    readonly key_usage: readonly string[];
    readonly validity_months: number;
    /** Key Vault adds it to every answer, and it is always this. */
    readonly basic_constraints: { readonly ca: false };
  };
  readonly lifetime_actions: readonly z.infer<typeof lifetimeAction>[];
  readonly issuer: { readonly name: string; readonly cert_transparency?: boolean; readonly cty?: string };
  /** Times in Unix seconds. */
  readonly attributes: { readonly enabled: boolean; readonly created: number; readonly updated: number };
}

function keyProperties(given: NonNullable<PolicyRequest['key_props']>): Policy['key_props'] {
  const kty = given.kty ?? 'RSA';
  const common = {
    // A key in an HSM never leaves it, whatever the policy says.
    exportable: kty.endsWith('-HSM') ? false : (given.exportable ?? true),
    kty,
    reuse_key: given.reuse_key ?? false,
  };
  if (kty.startsWith('EC')) {
    const curves = Object.keys(CURVE_SIZES) as Curve[];
    const crv = given.crv ?? curves.find((curve) => CURVE_SIZES[curve] === (given.key_size ?? 256));
    if (crv === undefined) throw badParameter(`Property policy.key_props.key_size has invalid value ${given.key_size}`);
    return { ...common, key_size: CURVE_SIZES[crv], crv };
  }
  const size = given.key_size ?? 2048;
  if (!RSA_SIZES.some((known) => known === size)) {
    throw badParameter(
      `Property policy.key_props.key_size has invalid value ${size}; RSA keys have 2048, 3072 or 4096`,
    );
  }
  return { ...common, key_size: size };
}

function subjectOf(given: NonNullable<PolicyRequest['x509_props']>): string {
  const subject = given.subject ?? '';
  const named = [given.sans?.dns_names, given.sans?.emails, given.sans?.upns].some((names) => (names ?? []).length > 0);
  if (subject === '' && !named) throw badParameter('Property policy.x509_props.subject must be an X.500 name');
  try {
    parseDistinguishedName(subject);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badParameter(`Property policy.x509_props.subject has invalid value: ${reason}`);
  }
  return subject;
}

/**
 * Fills in Key Vault's defaults and refuses what it refuses (400 BadParameter).
 *
 * @param times Unix seconds.
 */
export function completePolicy(given: PolicyRequest, times: { created: number; updated: number }): Policy {
  const issuer = given.issuer?.name ?? 'Unknown';
  if (issuer !== 'Self' && issuer !== 'Unknown') {
    throw badParameter(`Property policy.issuer.name has invalid value '${issuer}': this vault has no such issuer`);
  }
  const x509 = given.x509_props ?? {};
  const key = keyProperties(given.key_props ?? {});
  const defaultAction = {
    trigger: { lifetime_percentage: 80 },
    action: { action_type: issuer === 'Self' ? ('AutoRenew' as const) : ('EmailContacts' as const) },
  };
  const transparency = given.issuer?.cert_transparency;
  return {
    key_props: key,
    secret_props: { contentType: given.secret_props?.contentType ?? 'application/x-pkcs12' },
    x509_props: {
      subject: subjectOf(x509),
      ...(x509.sans && Object.values(x509.sans).some((names) => names?.length) ? { sans: x509.sans } : {}),
      ekus: x509.ekus?.length ? x509.ekus : DEFAULT_PURPOSES,
      key_usage: x509.key_usage?.length
        ? x509.key_usage
        : ['digitalSignature', ...(key.crv === undefined ? ['keyEncipherment'] : [])],
      validity_months: x509.validity_months ?? 12,
      basic_constraints: { ca: false },
    },
    lifetime_actions: given.lifetime_actions?.length ? given.lifetime_actions : [defaultAction],
    issuer: {
      name: issuer,
      ...(transparency == null ? {} : { cert_transparency: transparency }),
      ...(given.issuer?.cty == null ? {} : { cty: given.issuer.cty }),
    },
    attributes: { enabled: given.attributes?.enabled ?? true, ...times },
  };
}

/**
 * The stored policy with the given properties changed. `body` is the parsed JSON of a PATCH.
 *
 * @param updated Unix seconds.
 */
export function patchPolicy(stored: Policy, body: unknown, updated: number): Policy {
  const patch = parseBody(policyRequest, body, 'policy');
  // Size and curve belong to the key type: those of the former type would contradict the new one.
  const former = { ...stored.key_props, key_size: undefined, crv: undefined };
  const sameType = patch.key_props?.kty == null || patch.key_props.kty === stored.key_props.kty;
  const sameKey = sameType && patch.key_props?.key_size == null && patch.key_props?.crv == null;
  const merged = policyRequest.parse({
    key_props: { ...(sameKey ? stored.key_props : former), ...patch.key_props },
    secret_props: { ...stored.secret_props, ...patch.secret_props },
    x509_props: { ...stored.x509_props, ...patch.x509_props },
    lifetime_actions: patch.lifetime_actions ?? stored.lifetime_actions,
    issuer: { ...stored.issuer, ...patch.issuer },
    attributes: { enabled: patch.attributes?.enabled ?? stored.attributes.enabled },
  });
  return completePolicy(merged, { created: stored.attributes.created, updated });
}

export function keyKind(policy: Policy): KeyKind {
  const { crv, key_size: size } = policy.key_props;
  return crv === undefined ? { kty: 'RSA', size: size as (typeof RSA_SIZES)[number] } : { kty: 'EC', crv };
}

/** What a key made under this policy may do (Key Vault's table of key usages and key operations). */
export function keyOperations(policy: Policy): readonly string[] {
  const has = (...usages: string[]) => usages.some((usage) => policy.x509_props.key_usage.includes(usage));
  return [
    ...(has('digitalSignature', 'keyCertSign', 'cRLSign', 'nonRepudiation') ? ['sign', 'verify'] : []),
    ...(has('keyEncipherment') ? ['wrapKey', 'unwrapKey'] : []),
    ...(has('dataEncipherment') ? ['encrypt', 'decrypt'] : []),
  ];
}

/** The extensions that Key Vault writes into requests and into certificates of the issuer Self: never a CA. */
export function policyExtensions(policy: Policy): RequestedExtensions {
  const { key_usage, ekus, sans: names } = policy.x509_props;
  return {
    ca: false,
    keyUsage: key_usage,
    extendedKeyUsage: ekus,
    dnsNames: names?.dns_names ?? [],
    emails: names?.emails ?? [],
  };
}
