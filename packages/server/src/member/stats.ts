/** Counters of a member, as plain numbers: they are written on the request path and read by reports. */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** Count, sum and bounds of something measured. */
export class Summary {
  count = 0;
  sum = 0;
  min = 0;
  max = 0;

  add(value: number): void {
    if (this.count === 0 || value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.count++;
    this.sum += value;
  }

  get average(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  reset(): void {
    this.count = 0;
    this.sum = 0;
    this.min = 0;
    this.max = 0;
  }
}

/** A {@link Summary} with percentiles. Values are milliseconds; the histogram keeps microseconds. */
export class Latency extends Summary {
  readonly histogram: RecordableHistogram = createHistogram();

  override add(value: number): void {
    super.add(value);
    this.histogram.record(Math.max(1, Math.round(value * 1000)));
  }

  percentileMs(percent: number): number {
    return this.count === 0 ? 0 : this.histogram.percentile(percent) / 1000;
  }

  override reset(): void {
    super.reset();
    this.histogram.reset();
  }
}

export class Stats {
  /** Frames from and to clients. */
  packetsReceived = 0;
  packetsSent = 0;
  /** From a request's arrival to its reply. */
  readonly latency = new Summary();
  readonly readLatency = new Latency();
  readonly updateLatency = new Latency();
  /** How long the log took to make a batch durable, ms. */
  readonly flushTime = new Summary();
  /** Transactions in one state commit, and how long the commit took, ms. */
  readonly commitTime = new Latency();
  readonly commitSize = new Summary();
  /** Transactions applied at a time. */
  readonly batchSize = new Summary();
  connectionRequests = 0;
  connectionsRejected = 0;
  connectionsDropped = 0;
  sessionlessExpired = 0;
  sessionsExpired = 0;
  revalidations = 0;
  authFailures = 0;
  digestMismatches = 0;
  throttled = 0;
  bytesReceived = 0;
  /** Bytes of replies and of events, their length prefixes left out. */
  responseBytes = 0;
  watchBytes = 0;
  proposals = 0;
  readonly proposalBytes = new Summary();
  proposalBytesLast = -1;
  /** Times this member began to look for a leader, and how long it was without one, ms. */
  lookings = 0;
  readonly electionTime = new Summary();
  /** Members that this one, as leader, brought in line by entries and by a snapshot. */
  diffs = 0;
  snapshots = 0;
  commits = 0;
  /** Writes refused by a hard quota, by the first name in their path. */
  readonly quotaExceeded = new Map<string, number>();
  ttlCreated = 0;
  ttlDeleted = 0;
  /** Sessions granted to a client, and closed at its request. */
  sessionsOpened = 0;
  sessionsClosed = 0;
  /** Requests by opcode, but for those below 0. */
  readonly requests = new Float64Array(128);
  responseBytesLast = -1;
  responseBytesMin = -1;
  responseBytesMax = -1;

  /** A transaction of so many bytes was proposed. */
  proposed(bytes: number): void {
    this.proposals++;
    this.proposalBytes.add(bytes);
    this.proposalBytesLast = bytes;
  }

  /** A reply of so many bytes, length prefix included, is on its way. */
  responded(frameBytes: number): void {
    this.responseBytes += frameBytes - 4;
    this.sized(frameBytes - 4);
  }

  /** An event of so many bytes, length prefix included, is on its way. */
  notified(frameBytes: number): void {
    this.watchBytes += frameBytes - 4;
    this.sized(frameBytes - 4);
  }

  private sized(bytes: number): void {
    this.responseBytesLast = bytes;
    if (this.responseBytesMin < 0 || bytes < this.responseBytesMin) this.responseBytesMin = bytes;
    if (bytes > this.responseBytesMax) this.responseBytesMax = bytes;
  }

  quotaRefused(path: string): void {
    const namespace = path.split("/", 2)[1] as string;
    this.quotaExceeded.set(namespace, (this.quotaExceeded.get(namespace) ?? 0) + 1);
  }

  /** What `srst` resets: all but failed authentications, as in ZooKeeper. */
  reset(): void {
    this.packetsReceived = 0;
    this.packetsSent = 0;
    this.latency.reset();
    this.readLatency.reset();
    this.updateLatency.reset();
    this.flushTime.reset();
    this.commitTime.reset();
    this.commitSize.reset();
    this.batchSize.reset();
    this.connectionRequests = 0;
    this.connectionsRejected = 0;
    this.connectionsDropped = 0;
    this.sessionlessExpired = 0;
    this.sessionsExpired = 0;
    this.revalidations = 0;
    this.digestMismatches = 0;
    this.throttled = 0;
    this.bytesReceived = 0;
    this.responseBytes = 0;
    this.watchBytes = 0;
    this.proposals = 0;
    this.proposalBytes.reset();
    this.proposalBytesLast = -1;
    this.lookings = 0;
    this.electionTime.reset();
    this.diffs = 0;
    this.snapshots = 0;
    this.commits = 0;
    this.quotaExceeded.clear();
    this.ttlCreated = 0;
    this.ttlDeleted = 0;
    this.sessionsOpened = 0;
    this.sessionsClosed = 0;
    this.requests.fill(0);
    this.responseBytesLast = -1;
    this.responseBytesMin = -1;
    this.responseBytesMax = -1;
  }
}
