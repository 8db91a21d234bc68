/** A member without its sockets, for what runs whole ensembles on a clock, network and disk of its own. It promises nothing to others. */
export type { Client } from "./member/client.ts";
export { Member, type MemberPorts } from "./member/member.ts";
export { NO_HANDLERS, type PeerHandlers, type PeerNetwork } from "./member/peers.ts";
export type { Runtime, Timer, Transport } from "./member/ports.ts";
export { ConsensusError } from "./member/replication.ts";
export { DEFAULT_OPTIONS, type EnsembleMember, type EnsembleOptions, type ServerOptions } from "./options.ts";
