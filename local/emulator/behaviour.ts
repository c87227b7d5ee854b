/** How a DPS does what nobody has seen it do. Each default is the better guess, each alternative a possible one. */
export interface Behaviour {
  /** Answers show `customAllocationDefinition.webhookUrl` with `?****` for its query, as allocation requests do. */
  masksWebhookUrl: boolean;
  /** A DPS certificate that an enrollment names cannot be deleted. By default it can, and the reference dangles. */
  keepsNamedCertificates: boolean;
  /** What a PUT without If-Match does to an enrollment that is there already. */
  putWithoutIfMatch: 'overwrite' | 'conflict';
}

export const DEFAULT_BEHAVIOUR: Readonly<Behaviour> = {
  masksWebhookUrl: false,
  keepsNamedCertificates: false,
  putWithoutIfMatch: 'overwrite',
};
