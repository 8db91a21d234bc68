/**
 * `mntr`: every metric of ZooKeeper by its name. What has no counterpart here stands at zero, so that a dashboard
 * finds the key. Source: ZooKeeper HEAD, ServerMetrics and DefaultMetricsProvider; specification §10.5.
 */
import { OpCode } from "@rookery/protocol/client";
import { Latency, type Stats, Summary } from "../member/stats.ts";
import type { Report } from "./report.ts";
import { nodeCount, proposalSizes } from "./srvr.ts";
import { javaAverage, javaDouble } from "./text.ts";
import { VERSION } from "./version.ts";

export function mntr(report: Report): string {
  const { stats } = report.member;
  const lines: string[] = [];
  const put = (key: string, value: string | number) => lines.push(`zk_${key}\t${value}\n`);
  put("version", VERSION);
  put("server_state", report.member.mode);
  if (report.member.options.ensemble !== undefined) put("peer_state", peerState(report));
  for (const [key, value] of Object.entries(gauges(report))) put(key, value);
  for (const [key, value] of Object.entries(ensembleGauges(report))) put(key, value);
  for (const [key, value] of quotaGauges(report)) put(key, value);
  const counted = counters(stats);
  for (const key of COUNTERS) put(key, counted[key] ?? 0);
  for (const [key, value] of operationCounters(stats)) put(key, value);
  for (const [namespace, count] of stats.quotaExceeded) put(`${namespace}_quota_exceeded_error_per_namespace`, count);
  const summed = summaries(report);
  for (const key of SUMMARIES) putSummary(put, key, summed[key] ?? NO_SUMMARY);
  const timed = latencies(stats);
  for (const key of LATENCIES) putLatency(put, key, timed[key] ?? NO_LATENCY);
  return lines.join("");
}

type Put = (key: string, value: string | number) => void;

/** What a {@link Summary} tells. */
type Counted = Pick<Summary, "average" | "min" | "max" | "count" | "sum">;

function gauges(report: Report): Record<string, string | number> {
  const { member, host, runtime } = report;
  const { stats, tree } = member;
  return {
    avg_latency: javaAverage(stats.latency.average),
    max_latency: Math.ceil(stats.latency.max),
    min_latency: Math.floor(stats.latency.min),
    packets_received: stats.packetsReceived,
    packets_sent: stats.packetsSent,
    num_alive_connections: member.clients.size,
    outstanding_requests: member.outstanding,
    uptime: runtime.wallMs() - member.startedMs,
    znode_count: nodeCount(report),
    watch_count: tree.watches.count,
    ephemerals_count: tree.ephemeralCount,
    approximate_data_size: tree.dataBytes,
    global_sessions: tree.sessions.size,
    local_sessions: member.localSessions,
    open_file_descriptor_count: host.openFiles(),
    max_file_descriptor_count: host.maxFiles(),
    connection_drop_probability: javaDouble(0),
    last_client_response_size: stats.responseBytesLast,
    max_client_response_size: stats.responseBytesMax,
    min_client_response_size: stats.responseBytesMin,
    outstanding_tls_handshake: 0,
    auth_failed_count: stats.authFailures,
    non_mtls_remote_conn_count: 0,
    non_mtls_local_conn_count: 0,
  };
}

/** As `leading - broadcast`. */
function peerState({ member }: Report): string {
  const { role, phase } = member.replication.role;
  return role === "looking" ? "looking" : `${role} - ${phase}`;
}

/** What only a server of an ensemble has. Source: ZooKeeper 3.9, LeaderZooKeeperServer and QuorumZooKeeperServer. */
function ensembleGauges(report: Report): Record<string, number> {
  const { member, runtime } = report;
  const { ensemble } = member.options;
  if (ensemble === undefined) return {};
  const voters = ensemble.members.filter(({ role }) => role === "participant").length;
  if (member.leading === undefined) return { quorum_size: voters };
  const learners = [...member.replication.core.learners.values()].filter(({ active }) => active);
  const [last, min, max] = proposalSizes(report);
  const level = learners.filter(({ needsSnapshot }) => !needsSnapshot);
  return {
    quorum_size: voters,
    learners: learners.length,
    synced_followers: level.filter(({ voter }) => voter).length,
    synced_non_voting_followers: 0,
    synced_observers: level.filter(({ voter }) => !voter).length,
    pending_syncs: member.pendingSyncs,
    leader_uptime: runtime.wallMs() - member.roleSinceMs,
    last_proposal_size: last,
    max_proposal_size: max,
    min_proposal_size: min,
  };
}

/** Sums over the quotas below each top-level znode. Source: ZooKeeper 3.9, QuotaMetricsUtils. */
function quotaGauges({ member }: Report): Iterable<readonly [string, number]> {
  const sums = new Map<string, number>();
  for (const { path, countMax, bytesMax, count, bytes } of member.tree.quotas.report()) {
    const namespace = path.split("/", 2)[1] as string;
    const gauges = { count_limit: countMax, bytes_limit: bytesMax, count_usage: count, bytes_usage: bytes };
    for (const [gauge, value] of Object.entries(gauges)) {
      const key = `${namespace}_quota_${gauge}_per_namespace`;
      sums.set(key, (sums.get(key) ?? 0) + value);
    }
  }
  return sums;
}

function counters(stats: Stats): Partial<Record<(typeof COUNTERS)[number], number>> {
  return {
    commit_count: stats.commits,
    proposal_count: stats.proposals,
    looking_count: stats.lookings,
    diff_count: stats.diffs,
    snap_count: stats.snapshots,
    connection_request_count: stats.connectionRequests,
    connection_rejected: stats.connectionsRejected,
    connection_drop_count: stats.connectionsDropped,
    connection_revalidate_count: stats.revalidations,
    bytes_received_count: stats.bytesReceived,
    response_bytes: stats.responseBytes,
    watch_bytes: stats.watchBytes,
    sessionless_connections_expired: stats.sessionlessExpired,
    stale_sessions_expired: stats.sessionsExpired,
    throttled_ops: stats.throttled,
    digest_mismatches_count: stats.digestMismatches,
    ttl_node_created_count: stats.ttlCreated,
    ttl_node_deleted_count: stats.ttlDeleted,
  };
}

function* operationCounters(stats: Stats): Iterable<readonly [string, number]> {
  let total = stats.sessionsOpened + stats.sessionsClosed;
  const lines: [string, number][] = [
    ["op_count_create_session", stats.sessionsOpened],
    ["op_count_close_session", stats.sessionsClosed],
  ];
  for (const [name, opcodes] of Object.entries(OPERATIONS)) {
    let count = 0;
    for (const opcode of opcodes) count += stats.requests[opcode] ?? 0;
    total += count;
    lines.push([`op_count_${name}`, count]);
  }
  yield ["op_count_total", total];
  yield* lines;
}

function summaries({ member, tellsStart }: Report): Partial<Record<(typeof SUMMARIES)[number], Counted>> {
  const { stats, tree, engine } = member;
  const { created, deleted, changed, children } = tree.watches.fired;
  return {
    // A commit of the state is what a snapshot is there: after it the log before is no longer needed.
    fsynctime: stats.flushTime,
    snapshottime: stats.commitTime,
    dbinittime: tellsStart ? once(engine.recovery.elapsedMs) : NO_SUMMARY,
    startup_txns_loaded: tellsStart ? once(engine.recovery.replayEntries) : NO_SUMMARY,
    sync_processor_batch_size: stats.batchSize,
    election_time: stats.electionTime,
    node_created_watch_count: created,
    node_deleted_watch_count: deleted,
    node_changed_watch_count: changed,
    node_children_watch_count: children,
  };
}

function latencies(stats: Stats): Partial<Record<(typeof LATENCIES)[number], Latency>> {
  return { readlatency: stats.readLatency, updatelatency: stats.updateLatency };
}

function putSummary(put: Put, key: string, { average, min, max, count, sum }: Counted): void {
  put(`avg_${key}`, javaAverage(average));
  put(`min_${key}`, Math.floor(min));
  put(`max_${key}`, Math.ceil(max));
  put(`cnt_${key}`, count);
  put(`sum_${key}`, Math.round(sum));
}

function putLatency(put: Put, key: string, latency: Latency): void {
  putSummary(put, key, latency);
  for (const [name, percent] of PERCENTILES) put(`${name}_${key}`, Math.round(latency.percentileMs(percent)));
}

function once(value: number): Summary {
  const summary = new Summary();
  summary.add(value);
  return summary;
}

const NO_SUMMARY = new Summary();
const NO_LATENCY = new Latency();
const PERCENTILES = [
  ["p50", 50],
  ["p95", 95],
  ["p99", 99],
  ["p999", 99.9],
] as const;

/** Opcodes by the name of their counter. Source: ZooKeeper HEAD, FinalRequestProcessor. */
const OPERATIONS: Readonly<Record<string, readonly number[]>> = {
  add_watch: [OpCode.addWatch],
  check: [OpCode.check],
  check_watches: [OpCode.checkWatches],
  create: [OpCode.create, OpCode.create2, OpCode.createContainer, OpCode.createTTL],
  delete: [OpCode.delete],
  exists: [OpCode.exists],
  get_acl: [OpCode.getACL],
  get_all_children_number: [OpCode.getAllChildrenNumber],
  get_children: [OpCode.getChildren, OpCode.getChildren2],
  get_data: [OpCode.getData],
  get_ephemerals: [OpCode.getEphemerals],
  multi: [OpCode.multi],
  multi_read: [OpCode.multiRead],
  ping: [OpCode.ping],
  reconfig: [OpCode.reconfig],
  remove_watches: [OpCode.removeWatches],
  set_acl: [OpCode.setACL],
  set_data: [OpCode.setData],
  set_watches: [OpCode.setWatches, OpCode.setWatches2],
  sync: [OpCode.sync],
  who_am_i: [OpCode.whoAmI],
};

const COUNTERS = [
  "snapshot_error_count",
  "snapshot_rate_limited_count",
  "restore_error_count",
  "restore_rate_limited_count",
  "looking_count",
  "diff_count",
  "snap_count",
  "commit_count",
  "connection_request_count",
  "connection_rejected",
  "bytes_received_count",
  "unrecoverable_error_count",
  "add_dead_watcher_stall_time",
  "dead_watchers_queued",
  "dead_watchers_cleared",
  "response_packet_cache_hits",
  "response_packet_cache_misses",
  "response_packet_get_children_cache_hits",
  "response_packet_get_children_cache_misses",
  "ensemble_auth_success",
  "ensemble_auth_fail",
  "ensemble_auth_skip",
  "prep_processor_request_queued",
  "outstanding_changes_queued",
  "outstanding_changes_removed",
  "revalidate_count",
  "connection_drop_count",
  "connection_revalidate_count",
  "sessionless_connections_expired",
  "stale_sessions_expired",
  "request_commit_queued",
  "throttled_ops",
  "learner_proposal_received_count",
  "learner_commit_received_count",
  "sync_processor_request_queued",
  "proposal_count",
  "quit_leading_due_to_disloyal_voter",
  "stale_requests",
  "stale_requests_dropped",
  "stale_replies",
  "request_throttle_wait_count",
  "large_requests_rejected",
  "digest_mismatches_count",
  "unsuccessful_handshake",
  "insecure_admin_count",
  "tls_handshake_exceeded",
  "cnxn_closed_without_zk_server_running",
  "skip_learner_request_to_next_processor_count",
  "requests_not_forwarded_to_commit_processor",
  "response_bytes",
  "watch_bytes",
  "ttl_node_deleted_count",
  "ttl_node_created_count",
] as const;

/** Without percentiles. */
const SUMMARIES = [
  "fsynctime",
  "snapshottime",
  "restore_time",
  "dbinittime",
  "follower_sync_time",
  "observer_sync_time",
  "election_time",
  "connection_token_deficit",
  "inflight_snap_count",
  "inflight_diff_count",
  "node_created_watch_count",
  "node_deleted_watch_count",
  "node_changed_watch_count",
  "node_children_watch_count",
  "prep_processor_queue_size",
  "prep_process_time",
  "proposal_process_time",
  "unavailable_time",
  "leader_unavailable_time",
  "requests_in_session_queue",
  "pending_session_queue_size",
  "reads_after_write_in_session_queue",
  "reads_issued_from_session_queue",
  "session_queues_drained",
  "time_waiting_empty_pool_in_commit_processor_read_ms",
  "write_batch_time_in_commit_processor",
  "concurrent_request_processing_in_commit_processor",
  "read_commit_proc_req_queued",
  "write_commit_proc_req_queued",
  "commit_commit_proc_req_queued",
  "read_commit_proc_issued",
  "write_commit_proc_issued",
  "commit_process_time",
  "startup_txns_loaded",
  "startup_txns_load_time",
  "startup_snap_load_time",
  "sync_processor_queue_size",
  "sync_process_time",
  "sync_processor_batch_size",
  "netty_queued_buffer_capacity",
  "learner_request_processor_queue_size",
  "socket_closing_time",
] as const;

/** With percentiles. */
const LATENCIES = [
  "readlatency",
  "updatelatency",
  "propagation_latency",
  "dead_watchers_cleaner_latency",
  "prep_processor_queue_time_ms",
  "close_session_prep_time",
  "read_commitproc_time_ms",
  "write_commitproc_time_ms",
  "local_write_committed_time_ms",
  "server_write_committed_time_ms",
  "om_proposal_process_time_ms",
  "om_commit_process_time_ms",
  "read_final_proc_time_ms",
  "write_final_proc_time_ms",
  "proposal_latency",
  "proposal_ack_creation_latency",
  "commit_propagation_latency",
  "sync_processor_queue_and_flush_time_ms",
  "sync_processor_queue_time_ms",
  "sync_processor_queue_flush_time_ms",
  "quorum_ack_latency",
  "request_throttle_queue_time_ms",
  "jvm_pause_time_ms",
] as const;
