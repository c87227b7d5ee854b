/** The host will soon end the function: what is left is for the next message, which the renewal asks for. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}
