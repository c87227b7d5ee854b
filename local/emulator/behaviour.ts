/**
 * What the webhook learns of a device's certificate, in `deviceRuntimeContext.x509`: nothing; a description of it; all
 * of it, as `certificate` in PEM or in base64 of its DER; descriptions of it and of the CA certificate that the
 * enrollment trusts it by.
 */
export const DEVICE_CERTIFICATE_SHAPES = [
  'none',
  'certificateInfo',
  'certificate',
  'certificateBase64',
  'signingCertificateInfo',
] as const;

/** How a DPS does what nobody has seen it do. Each default is the better guess, each alternative a possible one. */
export interface Behaviour {
  /** Answers show `customAllocationDefinition.webhookUrl` with `?****` for its query, as allocation requests do. */
  masksWebhookUrl: boolean;
  /** A DPS certificate that an enrollment names cannot be deleted. By default it can, and the reference dangles. */
  keepsNamedCertificates: boolean;
  /** What a PUT without If-Match does to an enrollment that is there already. */
  putWithoutIfMatch: 'overwrite' | 'conflict';
  /** What allocation requests say of a device's certificate. By default the least: nothing. */
  deviceCertificateShape: (typeof DEVICE_CERTIFICATE_SHAPES)[number];
}

export const DEFAULT_BEHAVIOUR: Readonly<Behaviour> = {
  masksWebhookUrl: false,
  keepsNamedCertificates: false,
  putWithoutIfMatch: 'overwrite',
  deviceCertificateShape: 'none',
};
