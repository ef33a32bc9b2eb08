// A configuration that is well-formed and still cannot run: its policies do not fit, a file of authorities is not there.

/** The message is for the operator. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}
