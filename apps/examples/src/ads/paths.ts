/** Where the service keeps what, below one znode. */
export interface Paths {
  /** The service discovery that the nodes register in. */
  readonly discovery: string;
  /** The election of the coordinator. */
  readonly election: string;
  /** The assignment: one znode, so that it changes as a whole. */
  readonly assignment: string;
  /** One ephemeral for each slot that is served. */
  readonly claims: string;
}

/** The name of the service in the discovery. */
export const SERVICE = "ad-server";

export function pathsBelow(root: string): Paths {
  return {
    discovery: `${root}/services`,
    election: `${root}/coordinator`,
    assignment: `${root}/assignment`,
    claims: `${root}/claims`,
  };
}
