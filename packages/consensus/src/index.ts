/** Zab with the epoch's start in the log, as a pure state machine. See the package's README for how to drive it. */

export { Core } from "./core.ts";
export { encodeEpochStart, GENESIS_ROW, matchPoint, rowOf, zxidAt } from "./epoch-table.ts";
export { InvariantError } from "./invariants.ts";
export { DEFAULT_LIMITS, timeoutsOf } from "./limits.ts";
export { type ConfigurationInForce, Membership } from "./membership.ts";
export type { Progress } from "./progress.ts";
export { type QuorumSystem, quorumSystemOf } from "./quorum.ts";
export {
  type AckEpoch,
  type Append,
  type AppendAck,
  type BootState,
  type Configuration,
  type CoreConfig,
  type Effects,
  ENTRY,
  type Entry,
  type EpochRow,
  type Fatal,
  type FollowMe,
  type Founder,
  GENESIS,
  type Hail,
  type Heartbeat,
  type Join,
  type Level,
  type Limits,
  type LogReadRequest,
  type MemberSpec,
  type Message,
  type NewEpoch,
  type Notify,
  type PeerState,
  type Phase,
  type Position,
  type Promises,
  type Proposal,
  type ReadIndex,
  type ReadIndexAck,
  type Refuse,
  type RoleState,
  type Send,
  type StoreOperation,
  type Timeouts,
  type TraceEvent,
  type TransferLead,
  type Vote,
  type Witnessed,
  type Zxid,
} from "./types.ts";
export { compareVote, compareZxid } from "./zxid.ts";
