import { connect } from 'node:net';
import { networkInterfaces, platform } from 'node:os';

/** Whether somebody listens on a port of this address; an address that this machine does not have listens to nobody. */
export function isListening(port: number, address = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/**
 * The addresses of this machine on which a server that says 127.0.0.1 must not be found, while one that listens on all
 * interfaces is: those of the network, and the other ones of loopback, which are there without any network, too.
 */
export function addressesBeyondLocalhost(): string[] {
  const network = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ internal }) => !internal)
      .map(({ address, scopeid }) => (scopeid ? `${address}%${name}` : address)),
  );
  // All of 127/8 is this machine on Linux only.
  return ['::1', ...(platform() === 'linux' ? ['127.0.0.2'] : []), ...network];
}
