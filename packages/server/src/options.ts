/** What a member can be told. Every field has a default; `apps/rookery` maps zoo.cfg, flags and variables onto it. */

/** One `server.N` line. */
export interface EnsembleMember {
  /** N: 1 to 255. */
  readonly sid: number;
  readonly role: "participant" | "observer";
  readonly host: string;
  /** Where members talk to each other: the first port of the line. */
  readonly peerPort: number;
  /** The second port of the line. Elections use the first one too; this one is only told to clients that ask for the configuration. */
  readonly electionPort: number;
  /** Where clients reach it, as the line says; undefined when it does not. */
  readonly clientHost: string | undefined;
  readonly clientPort: number | undefined;
  /** zoo.cfg: weight.N, group.N; 1 and 0 by default. */
  readonly weight: number;
  readonly group: number;
}

/** What a server of an ensemble must know beside {@link ServerOptions}. */
export interface EnsembleOptions {
  /** This server: the content of `myid`. */
  readonly sid: number;
  /** Every server, this one included, by sid. */
  readonly members: readonly EnsembleMember[];
  /** Ticks a follower may take to synchronise without progress. */
  readonly initLimit: number;
  /** Ticks after which a silent peer is given up; bounds `electionTimeoutMs`. */
  readonly syncLimit: number;
  /** Silence after which a leader is taken for dead, milliseconds; undefined: 2000, or less when ticks are short. */
  readonly electionTimeoutMs: number | undefined;
  /** Listen for peers on every address instead of the own host's. zoo.cfg: quorumListenOnAllIPs */
  readonly listenOnAllIps: boolean;
  /** Serve reads to clients that accept it while there is no quorum. readonlymode.enabled */
  readonly readOnly: boolean;
  /** zoo.cfg: localSessionsEnabled, localSessionsUpgradingEnabled */
  readonly localSessions: boolean;
  readonly localSessionsUpgrading: boolean;
  /** Whether the leader takes clients. zoo.cfg: leaderServes */
  readonly leaderServes: boolean;
  /** The operator vouches that this server's empty disk may vote: an `initialize` marker was there. */
  readonly vouched: boolean;
}

export interface ServerOptions {
  /** The ensemble this server belongs to; undefined when it stands alone. */
  readonly ensemble: EnsembleOptions | undefined;
  /** TCP port for clients; 0 lets the system choose. zoo.cfg: clientPort. */
  readonly clientPort: number;
  /** Address to listen on. zoo.cfg: clientPortAddress. */
  readonly clientPortAddress: string;
  /** Pending connections the kernel keeps; undefined leaves it to Node. zoo.cfg: clientPortListenBacklog. */
  readonly clientPortListenBacklog: number | undefined;
  /** Unit of session expiry, milliseconds. zoo.cfg: tickTime. */
  readonly tickTimeMs: number;
  /** Bounds of a session's timeout, milliseconds; undefined means 2 and 20 ticks. zoo.cfg: minSessionTimeout, maxSessionTimeout. */
  readonly minSessionTimeoutMs: number | undefined;
  readonly maxSessionTimeoutMs: number | undefined;
  /** Connections from one address, and in all; 0 means no bound. zoo.cfg: maxClientCnxns, maxCnxns. */
  readonly maxClientConnections: number;
  readonly maxConnections: number;
  /** Longest frame accepted from a client, bytes. System property jute.maxbuffer. */
  readonly frameBytesMax: number;
  /** Requests taken and not yet answered, over all clients, above which sockets with requests outstanding are not read. zoo.cfg: globalOutstandingLimit. */
  readonly globalOutstandingLimit: number;
  /** Bytes queued for a client that does not read, above which its socket is not read either, and above which it is closed. */
  readonly outputBytesPause: number;
  readonly outputBytesMax: number;
  /** A connection that has not opened a session is closed after this long, milliseconds. zookeeper.nio.sessionlessCnxnTimeout. */
  readonly sessionlessTimeoutMs: number;
  /** TTL nodes. zookeeper.extendedTypesEnabled; on by default here. */
  readonly extendedTypes: boolean;
  /** How often containers and TTL nodes are collected, and how many a minute at most. znode.container.* */
  readonly containerCheckIntervalMs: number;
  readonly containersPerMinuteMax: number;
  /** A container that never had a child is collected after this long; 0 means never. */
  readonly containerNeverUsedMs: number;
  /** Hard quotas refuse writes. zookeeper.enforceQuota */
  readonly enforceQuota: boolean;
  /** No ACL is checked. zookeeper.skipACL */
  readonly skipAcl: boolean;
  /** `super:<base64 digest>`. zookeeper.DigestAuthenticationProvider.superDigest */
  readonly superDigest: string | undefined;
  /** Hash of the digest scheme, as `node:crypto` names it. zookeeper.DigestAuthenticationProvider.digestAlg */
  readonly digestAlgorithm: string;
  /** Whether the digest scheme is loaded. */
  readonly digestEnabled: boolean;
  /** Schemes one of which a client must have authenticated with before anything else; undefined: none. zookeeper.enforce.auth.* */
  readonly enforceAuthSchemes: readonly string[] | undefined;
  /** Four-letter words that are answered; srvr always is. "*" means all. zoo.cfg: 4lw.commands.whitelist */
  readonly fourLetterWords: readonly string[] | "*";
  /** Whether opcode reconfig is let through to be refused as standalone (−6) rather than as disabled (−123). */
  readonly reconfigEnabled: boolean;
  /** Where the engine keeps its files, for reports only. zoo.cfg: dataDir */
  readonly dataFolder: string | undefined;
  /** Memory for znodes that are hot, bytes (an estimate, not a measurement). */
  readonly cacheBytesMax: number;
}

export const DEFAULT_OPTIONS: ServerOptions = {
  ensemble: undefined,
  clientPort: 2181,
  clientPortAddress: "127.0.0.1",
  clientPortListenBacklog: undefined,
  tickTimeMs: 3000,
  minSessionTimeoutMs: undefined,
  maxSessionTimeoutMs: undefined,
  maxClientConnections: 60,
  maxConnections: 0,
  frameBytesMax: 0xfffff,
  globalOutstandingLimit: 1000,
  outputBytesPause: 1 << 20,
  outputBytesMax: 64 << 20,
  sessionlessTimeoutMs: 10_000,
  extendedTypes: true,
  containerCheckIntervalMs: 60_000,
  containersPerMinuteMax: 10_000,
  containerNeverUsedMs: 300_000,
  enforceQuota: false,
  skipAcl: false,
  superDigest: undefined,
  digestAlgorithm: "sha1",
  digestEnabled: true,
  enforceAuthSchemes: undefined,
  fourLetterWords: ["srvr", "ruok", "mntr", "isro"],
  reconfigEnabled: false,
  dataFolder: undefined,
  cacheBytesMax: 32 << 20,
};
