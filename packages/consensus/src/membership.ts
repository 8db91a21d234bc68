/**
 * Who belongs and who votes, as a function of the log (D9, §11.2): the configuration given at bootstrap until entries of
 * the log replace it. Everything that needs a quorum asks for one of *every* configuration in force, so that joint
 * configurations need no other code.
 */
import { type QuorumSystem, quorumSystemOf } from "./quorum.ts";
import type { Configuration, MemberSpec } from "./types.ts";

export interface ConfigurationInForce {
  readonly configuration: Configuration;
  readonly quorum: QuorumSystem;
}

export class Membership {
  readonly inForce: readonly ConfigurationInForce[];
  /** Voters of any configuration in force, ascending. */
  readonly voters: readonly number[];
  /** Every member of any configuration in force, ascending. */
  readonly members: readonly number[];

  constructor(configurations: readonly Configuration[]) {
    this.inForce = configurations.map((configuration) => ({
      configuration,
      quorum: quorumSystemOf(configuration.members),
    }));
    this.voters = union(this.inForce.map(({ quorum }) => quorum.voters));
    this.members = union(configurations.map(({ members }) => members.map(({ sid }) => sid)));
  }

  isVoter(sid: number): boolean {
    return this.voters.includes(sid);
  }

  isMember(sid: number): boolean {
    return this.members.includes(sid);
  }

  spec(sid: number): MemberSpec | undefined {
    for (const { configuration } of this.inForce) {
      const spec = configuration.members.find((member) => member.sid === sid);
      if (spec !== undefined) return spec;
    }
    return undefined;
  }

  isQuorum(has: (sid: number) => boolean): boolean {
    return this.inForce.every(({ quorum }) => quorum.isQuorum(has));
  }

  /** What a quorum of every configuration has reached. */
  quorumIndex(reached: (sid: number) => number): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { quorum } of this.inForce) least = Math.min(least, quorum.quorumIndex(reached));
    return least;
  }
}

function union(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}
