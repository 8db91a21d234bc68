/** The checks that hold whatever the network and the disk do (§17). Only a bug can fail them, so they stay on. */

export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

export function invariant(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new InvariantError(`invariant: ${what()}`);
}
