/**
 * ZooKeeper's keys that are no setting here: those that mean nothing to this server and may stay in the file, and
 * those that would change what it does if it could do that yet, which are refused rather than ignored. ZooKeeper takes
 * any key for a system property, so that a typing error goes unnoticed; here a key is in one of these lists, in
 * `settings.ts`, or a mistake.
 */

/** What to make of a key with a value: nothing to do, say this to the operator, or refuse for this reason. */
export type Verdict =
  | { readonly type: "no-effect" }
  | { readonly type: "warn"; readonly message: string }
  | { readonly type: "refuse"; readonly message: string };

const NO_EFFECT: Verdict = { type: "no-effect" };

interface Rule {
  /** A key, or a beginning of keys that ends in a dot, or in # for a number. */
  readonly key: string;
  readonly judge: (value: string) => Verdict;
}

/** How the Java server does its work, or work that is not to be done here: threads, caches, files, the JVM, connections. */
const WITHOUT_EFFECT = `
  admin. audit.impl.class autopurge. bitHashCacheSize client.certReload clientTcpKeepAlive closeSessionTxn.enabled
  cnxTimeout commitLogCount commitProcessor. connectToLearnerMasterLimit connection_throttle_decrease_ratio
  connection_throttle_drop_decrease connection_throttle_drop_increase connection_throttle_fill_count
  connection_throttle_fill_time connection_throttle_freeze_time connection_throttle_global_session_weight
  connection_throttle_local_session_weight connection_throttle_renew_session_weight
  connection_throttle_weight_enabled clientCnxnSocket db.autocreate digest.enabled
  disableAutoWatchReset electionPortBindRetry enableEagerACLCheck fastleader. fips-mode flushDelay follower. forceSync
  forward_learner_requests_to_commit_processor_disabled fsync.warningthresholdms httpVersion
  intBufferStartingSizeBytes jmx. jute.maxbuffer.extrasize jvm.pause. kerberos. kinit largeRequestMaxBytes leader.
  leaderConnectDelayDuringRetryMs learner.
  maxBatchSize maxGetChildrenResponseCacheSize maxInProcessingDeadWatchers maxResponseCacheSize maxWriteQueuePollTime
  messageTracker. metricsProvider. multiAddress. netty. nio.directBufferBytes nio.numSelectorThreads
  nio.numWorkerThreads nio.shutdownTimeout observer. observerMaster. pathStats. preAllocSize quorum.auth.
  quorum.cnxn.threads.size quorumCnxnTimeoutMs request_stale_connection_check
  request_stale_latency_check request_throttle_drop_stale request_throttle_stall_time request_throttler.shutdownTimeout
  requireKerberosConfig sasl. security.auth_to_local serializeLastProcessedZxid.enabled server.principal server.realm
  serverCnxnFactory snapCount snapshot. snapshotSizeFactor snapSizeLimitInKb sslQuorumReloadCertFiles syncEnabled
  tcpKeepAlive txnLogSizeLimitInKb watchManagerName watcherCleanIntervalInSeconds watcherCleanThreshold
  watcherCleanThreadsNum allowSaslFailedClients forceSnapshotSync
`;

const PEER_TLS =
  "TLS between servers is not supported yet: keep their ports in a network of their own, or leave this key out";
const PEER_SASL =
  "SASL between servers is not supported yet: keep their ports in a network of their own, or leave this key out";
const TLS = "TLS is not supported yet; put a TLS proxy in front, or leave this key out";
const SASL = "SASL is not supported yet; clients can authenticate with the digest scheme";
const THROTTLE = "this throttle is not supported yet; leave this key out";

const RULES: readonly Rule[] = [
  ...WITHOUT_EFFECT.trim()
    .split(/\s+/)
    .map((key): Rule => ({ key, judge: () => NO_EFFECT })),
  {
    key: "dataLogDir",
    judge: () => ({
      type: "warn",
      message: "dataLogDir has no effect: the log is kept under dataDir, beside the state",
    }),
  },

  // server.N, weight.N and group.N are judged by members.ts, which sees all of them.
  { key: "electionAlg", judge: unless("3", "must be 3, as in ZooKeeper") },
  { key: "version", judge: refuse("belongs into the file that dynamicConfigFile names") },
  { key: "oraclePath", judge: refuse("an oracle for two servers is not supported: three servers need none") },
  {
    key: "observerMasterPort",
    judge: unless("0", "observers that follow a follower are not supported: they follow the leader"),
  },
  { key: "sslQuorum", judge: unless("false", PEER_TLS) },
  { key: "portUnification", judge: unless("false", PEER_TLS) },
  { key: "quorum.auth.enableSasl", judge: unless("false", PEER_SASL) },
  { key: "quorum.auth.serverRequireSasl", judge: unless("false", PEER_SASL) },
  { key: "quorum.auth.learnerRequireSasl", judge: unless("false", PEER_SASL) },
  { key: "ssl.quorum.", judge: refuse(PEER_TLS) },

  { key: "secureClientPort", judge: refuse(TLS) },
  { key: "secureClientPortAddress", judge: refuse(TLS) },
  { key: "ssl.", judge: refuse(TLS) },
  { key: "client.portUnification", judge: unless("false", TLS) },
  { key: "client.secure", judge: unless("false", TLS) },
  { key: "X509AuthenticationProvider.superUser", judge: refuse(TLS) },

  { key: "authProvider.", judge: authenticationProvider },
  { key: "superUser", judge: refuse(SASL) },
  { key: "superUser.", judge: refuse(SASL) },
  { key: "letAnySaslUserDoX", judge: refuse(SASL) },
  { key: "SASLAuthenticationProvider.superPassword", judge: refuse(SASL) },
  { key: "sessionRequireClientSASLAuth", judge: unless("false", SASL) },
  {
    key: "ensembleAuthName",
    judge: refuse("the ensemble scheme is not supported yet: clients would not be told that they are misdirected"),
  },
  {
    key: "IPAuthenticationProvider.usexforwardedfor",
    judge: unless("false", "X-Forwarded-For is not supported: the ip scheme uses the address of the connection"),
  },

  { key: "audit.enable", judge: unless("false", "an audit log is not supported yet") },
  { key: "emulate353TTLNodes", judge: unless("false", "the encoding of ZooKeeper 3.5.3 is not supported") },
  { key: "connection_throttle_tokens", judge: unless("0", THROTTLE) },
  { key: "request_throttle_max_requests", judge: unless("0", THROTTLE) },
  { key: "throttled_op_wait_time", judge: unless("0", THROTTLE) },
  { key: "largeRequestThreshold", judge: unless("-1", THROTTLE) },
  { key: "controllerPort", judge: refuse("fault injection from outside is not supported") },
  { key: "testingonly.", judge: refuse("test settings of ZooKeeper's are not supported") },
  { key: "test.", judge: refuse("test settings of ZooKeeper's are not supported") },
];

/** Undefined when ZooKeeper, as far as we know, has no such key either. The longest rule that fits decides. */
export function judgeZookeeperKey(key: string, value: string): Verdict | undefined {
  const fitting = RULES.filter((rule) => fits(rule.key, key)).sort((a, b) => b.key.length - a.key.length);
  return fitting[0]?.judge(value);
}

/** Keys to compare a misspelt one with. */
export const ZOOKEEPER_KEYS: readonly string[] = RULES.map(({ key }) => key).filter((key) => !/[.#]$/.test(key));

function fits(rule: string, key: string): boolean {
  if (rule.endsWith("#")) return key.startsWith(rule.slice(0, -1)) && /^\d+$/.test(key.slice(rule.length - 1));
  return rule.endsWith(".") ? key.startsWith(rule) && key.length > rule.length : key === rule;
}

function refuse(message: string): Rule["judge"] {
  return () => ({ type: "refuse", message });
}

/** `harmless` is ZooKeeper's default: to say it aloud changes nothing. */
function unless(harmless: string, message: string): Rule["judge"] {
  return (value) => (value.toLowerCase() === harmless ? NO_EFFECT : { type: "refuse", message });
}

/** The two that are built in may be named; any other is a Java class. */
function authenticationProvider(value: string): Verdict {
  if (/^org\.apache\.zookeeper\.server\.auth\.(Digest|IP)AuthenticationProvider$/.test(value)) return NO_EFFECT;
  if (value === "org.apache.zookeeper.server.auth.SASLAuthenticationProvider") return { type: "refuse", message: SASL };
  return {
    type: "refuse",
    message: "a Java class cannot be loaded here; the schemes there are: world, auth, digest and ip",
  };
}
