import type { ServiceResponse } from '../service.ts';

interface Addresses {
  readonly addresses: () => readonly string[];
  readonly authority: () => string;
}

/**
 * The endpoints of this cloud, in the form of api-version 2015-01-01, which az 2.45 asks for. The login endpoint ends in
 * /adfs, without which MSAL would turn to login.microsoftonline.com.
 */
export function describeCloud({ addresses, authority }: Addresses): ServiceResponse {
  const [own = ''] = addresses();
  return {
    status: 200,
    body: {
      galleryEndpoint: own,
      graphEndpoint: own,
      portalEndpoint: own,
      authentication: { loginEndpoint: new URL('/adfs', authority()).href, audiences: [own] },
    },
  };
}
