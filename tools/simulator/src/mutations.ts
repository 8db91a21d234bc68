// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these strings are source code
/**
 * Mistakes that the simulator must find: each takes a rule out of the core. One that goes unnoticed is a fault of the
 * simulator, so this list is the honest measure of what "no failure in so many seeds" means.
 */

export interface Edit {
  /** Under packages/consensus/src. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** What is taken out, and where to look for what comes of it. */
export interface Hunt {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** So many seeds, within which it must be found. */
  readonly seeds: number;
  /** The first of them; 1 by default. */
  readonly from?: number;
  /** Of {@link SWARMS}; what any seed does by default. */
  readonly swarm?: string;
  /** Rules that may be broken by it: another one is another finding. */
  readonly rules: readonly string[];
  /** A script of `test/scripts` that was made for this mistake, and must fail with it. */
  readonly script?: string;
}

export const MUTATIONS: readonly Hunt[] = [
  // ── Elections ────────────────────────────────────────────────────────────────────────────────────────────────
  {
    name: "no recency check at either end (P2, P3)",
    seeds: 300,
    swarm: "liars",
    rules: ["I5", "I10"],
    edits: [
      edit(
        "follower",
        "if (!message.established && compareZxid(message.last, context.log.last) < 0) {",
        "if (false) {",
      ),
      edit("leader", "if (compareZxid(message.last, claim.last) > 0) {", "if (false) {"),
    ],
  },
  {
    name: "a bump passes for an epoch that is established (P2, §10)",
    seeds: 300,
    swarm: "elections",
    rules: ["I5", "I10"],
    script: "stale-leader-bumps.txt",
    edits: [
      edit("leader", "established: claim === undefined && this.established,", "established: this.established,"),
      edit(
        "leader",
        "if (compareZxid(message.last, claim.last) > 0) {",
        "if (!this.elected && compareZxid(message.last, claim.last) > 0) {",
      ),
    ],
  },
  {
    name: "AckEpoch does not wait for the promise (§5.3)",
    seeds: 20,
    rules: ["I1", "I12"],
    edits: [
      edit(
        "follower",
        "context.persist({ acceptedEpoch: epoch, acceptedLeader: this.leader }, () => {",
        "this.promised();\n    context.persist({ acceptedEpoch: epoch, acceptedLeader: this.leader }, () => {",
      ),
    ],
  },
  {
    name: "AckEpoch of a promise that is still being written is repeated at once (§5.3)",
    seeds: 300,
    swarm: "elections",
    rules: ["I1", "I12"],
    script: "ack-epoch-before-promise.txt",
    edits: [edit("follower", "context.durablePromises === context.promises && ", "")],
  },
  {
    name: "AckEpoch reports what is not durable (§5.3)",
    seeds: 300,
    swarm: "snapshots",
    rules: ["I12"],
    script: "ack-epoch-of-a-snapshot-under-way.txt",
    edits: [
      edit("follower", "if (log.durable < log.last.index) return;", ""),
      edit(
        "follower",
        "this.heardInEpoch = true;\n    context.commit = position.index;",
        "context.commit = position.index;",
      ),
    ],
  },
  {
    name: "NewEpoch does not wait for the leader's own promise (§5.3)",
    seeds: 300,
    swarm: "elections",
    rules: ["I1", "I12"],
    edits: [edit("leader", "if (claim !== undefined && !claim.durable) return;", "")],
  },
  {
    name: "a second leader is accepted in one epoch (D5)",
    seeds: 300,
    swarm: "liars",
    rules: ["I1"],
    edits: [
      edit(
        "follower",
        "if (message.epoch < acceptedEpoch || (message.epoch === acceptedEpoch && !again)) {",
        "if (message.epoch < acceptedEpoch) {",
      ),
    ],
  },
  {
    name: "a follower goes back to a lower epoch (P2)",
    seeds: 300,
    swarm: "liars",
    rules: ["I9"],
    edits: [
      edit(
        "follower",
        "if (message.epoch < acceptedEpoch || (message.epoch === acceptedEpoch && !again)) {",
        "if (message.epoch === acceptedEpoch && !again) {",
      ),
    ],
  },
  {
    name: "a leader is elected without a quorum of promises (P4)",
    seeds: 20,
    rules: ["I1"],
    edits: [
      edit(
        "leader",
        "if (claim === undefined || !context.membership.isQuorum((sid) => claim.acks.has(sid))) return;",
        "if (claim === undefined) return;",
      ),
    ],
  },
  {
    name: "AckEpoch counts for whatever epoch is claimed (P3)",
    seeds: 500,
    swarm: "echo",
    rules: ["I1"],
    edits: [edit("leader", "if (claim?.durable && message.epoch === claim.epoch) {", "if (claim?.durable) {")],
  },
  {
    name: "half is a quorum (§11.1)",
    seeds: 100,
    rules: ["I1", "I4"],
    edits: [edit("quorum", "if (weight > half) won++;", "if (weight >= half) won++;")],
  },
  // ── Replication ──────────────────────────────────────────────────────────────────────────────────────────────
  {
    name: "a follower acknowledges before it is durable (S3, §5.3)",
    seeds: 20,
    rules: ["I12"],
    edits: [
      edit(
        "follower",
        "const durable = Math.min(context.log.durable, this.verified);",
        "const durable = this.verified;",
      ),
    ],
  },
  {
    name: "a follower acknowledges what is durable and not known to be the leader's (S3)",
    seeds: 300,
    swarm: "elections",
    rules: ["I12", "assertion"],
    edits: [
      edit(
        "follower",
        "const durable = Math.min(context.log.durable, this.verified);",
        "const durable = context.log.durable;",
      ),
    ],
  },
  {
    name: "the leader counts itself before it is durable (§4.4)",
    seeds: 100,
    rules: ["I4"],
    edits: [
      edit("leader", "sid === context.sid ? context.log.durable :", "sid === context.sid ? context.log.last.index :"),
    ],
  },
  {
    name: "what a reject says counts as acknowledged (S3)",
    seeds: 300,
    swarm: "echo",
    rules: ["I4"],
    script: "match-from-a-reject.txt",
    edits: [
      edit(
        "leader",
        "progress.rejectAt = context.now + context.config.timeouts.heartbeatMs;",
        "progress.rejectAt = context.now + context.config.timeouts.heartbeatMs;\n" +
          "      progress.match = Math.max(progress.match, matchPoint(context.log.rows, context.log.last.index, reject.epochs, reject.last.index) ?? 0);",
      ),
    ],
  },
  {
    name: "acknowledgements of an earlier epoch count (B2)",
    seeds: 300,
    swarm: "echo",
    rules: ["I4", "I13", "assertion"],
    edits: [edit("leader", "if (!this.elected || message.epoch !== this.epoch) return;", "if (!this.elected) return;")],
  },
  {
    name: "entries of older epochs are committed by counting (B2)",
    seeds: 1000,
    swarm: "elections",
    rules: ["I4", "I5"],
    edits: [
      edit(
        "leader",
        "if (index < this.start || index <= context.commit) return;",
        "if (index <= context.commit) return;",
      ),
    ],
  },
  {
    name: "a follower commits beyond what is verified (S3)",
    seeds: 300,
    swarm: "echo",
    rules: ["I2"],
    edits: [
      edit(
        "follower",
        "context.commitTo(Math.min(leaderCommit, this.verified));",
        "context.commitTo(Math.min(leaderCommit, context.log.last.index));",
      ),
    ],
  },
  {
    name: "prev is compared by index alone (S1)",
    seeds: 300,
    swarm: "suffixes",
    rules: ["I2", "I12", "I18"],
    edits: [
      edit("follower", "if (own === undefined || !sameZxid(own, prev)) return false;", "return own !== undefined;"),
    ],
  },
  {
    name: "what is there already is cut and written again, below the commit, too (S2, I7)",
    seeds: 100,
    rules: ["I7"],
    edits: [
      edit("follower", "if (own !== undefined && !sameZxid(own, entry)) {", "if (own !== undefined) {"),
      edit("follower", "if (entry.index <= context.commit) {", "if (false) {"),
      edit("log", "invariant(index >= commit, () =>", "invariant(index >= 0, () =>"),
    ],
  },
  {
    name: "observers are sent what is not committed (§9)",
    seeds: 50,
    rules: ["I16"],
    edits: [
      edit("leader", "const to = progress.voter ? log.last.index : context.commit;", "const to = log.last.index;"),
    ],
  },
  {
    name: "who did not acknowledge the new epoch counts in it (§10)",
    seeds: 300,
    swarm: "bumps",
    rules: ["fatal", "I4", "I16"],
    script: "levels-of-another-epoch.txt",
    edits: [
      edit(
        "leader",
        "if (claim.acks.has(progress.sid)) {\n        progress.active = false;\n        continue;\n      }",
        "progress.active = false;\n      continue;",
      ),
    ],
  },
  {
    name: "a counter passes its maximum (§10)",
    seeds: 100,
    swarm: "bumps",
    rules: ["I18"],
    edits: [
      edit("leader", "last.counter < limits.counterMax", "last.counter < 2 ** 32"),
      edit(
        "leader",
        "if (!full && !(this.bumpTo > this.epoch && rested)) return;",
        "if (!(this.bumpTo > this.epoch && rested)) return;",
      ),
    ],
  },
  {
    name: "proposals go on while the epoch is changed (§10)",
    seeds: 300,
    swarm: "bumps",
    rules: ["I10", "L4", "L5"],
    edits: [edit("leader", "return this.established && this.claim === undefined &&", "return this.established &&")],
  },
  // ── Reads and service ────────────────────────────────────────────────────────────────────────────────────────
  {
    name: "reads do not wait for their round (D10)",
    seeds: 300,
    swarm: "reads",
    rules: ["I13"],
    edits: [
      edit(
        "reads",
        "while (done < this.waiting.length && (this.waiting[done] as Waiting).round <= answered) {",
        "while (done < this.waiting.length) {",
      ),
    ],
  },
  {
    name: "reads are answered at what was applied (D10)",
    seeds: 100,
    swarm: "reads",
    rules: ["I13"],
    edits: [edit("reads", "index: context.log.last.index, round: 0", "index: context.applied, round: 0")],
  },
  {
    name: "a leader serves before the epoch's start is applied (S4)",
    seeds: 100,
    swarm: "reads",
    rules: ["I8"],
    edits: [
      edit(
        "leader",
        "if (this.established && context.applied >= this.start) this.serving",
        "if (this.established) this.serving",
      ),
    ],
  },
  {
    name: "a follower serves before the epoch's start is applied (S4)",
    seeds: 100,
    swarm: "reads",
    rules: ["I8"],
    edits: [
      edit(
        "follower",
        "return Math.min(context.commit, context.applied, this.verified) >= row.startIndex;",
        "return Math.min(context.commit, this.verified) >= row.startIndex;",
      ),
    ],
  },
  {
    name: "a leader proposes before the epoch's start is applied (I8)",
    seeds: 100,
    swarm: "reads",
    rules: ["I8"],
    edits: [edit("leader", "!this.draining && applied >= this.start; // I8", "!this.draining && applied >= 0;")],
  },
  {
    name: "the lead is handed to whoever is heard (§6.2)",
    seeds: 100,
    swarm: "transfers",
    rules: ["§6.2"],
    edits: [edit("leader", "!progress.active || progress.match !== last.index || ", "!progress.active || ")],
  },
  // ── Snapshots ────────────────────────────────────────────────────────────────────────────────────────────────
  {
    name: "an installed snapshot does not raise the commit (§7.5)",
    seeds: 300,
    swarm: "snapshots",
    rules: ["I2", "I7", "I9", "I12"],
    edits: [edit("follower", "context.commit = position.index;", "")],
  },
  {
    name: "a snapshot takes the place of a log that holds it and more (I7)",
    seeds: 500,
    swarm: "snapshots",
    rules: ["I7", "I4"],
    edits: [
      edit(
        "follower",
        " || position.index <= context.commit || position.index <= this.verified) return false;",
        ") return false;",
      ),
      edit("follower", "if (match !== undefined && match >= position.index) {", "if (false) {"),
    ],
  },
  {
    name: "a snapshot under way is forgotten when its learner joins again (§4.5)",
    seeds: 300,
    swarm: "long snapshots",
    rules: ["I16"],
    script: "snapshot-forgotten-by-a-bump.txt",
    edits: [
      edit("leader", "if (known !== undefined) this.freeSnapshot(known);", ""),
      edit(
        "leader",
        "this.freeSnapshot(progress);\n      this.learners.delete(progress.sid);\n      // It",
        "this.learners.delete(progress.sid);\n      // It",
      ),
    ],
  },
  {
    name: "a snapshot takes the place of a log that shares no epoch with it (§7.2)",
    seeds: 500,
    swarm: "few rows",
    rules: ["I4", "I5", "I7"],
    script: "snapshot-below-committed.txt",
    edits: [
      edit("follower", "if (match === undefined && log.last.index > position.index) return false;", ""),
      edit("log", " && (this.rows[1] as EpochRow).startIndex <= this.committed)", ")"),
    ],
  },
  // ── Disks ────────────────────────────────────────────────────────────────────────────────────────────────────
  {
    name: "an emptied disk is taken for a founder's (D11)",
    seeds: 300,
    rules: ["I15"],
    edits: [
      edit(
        "bootstrap",
        "if (context.vouched || (promises.founders.length > 0 &&",
        "if (true || (promises.founders.length > 0 &&",
      ),
    ],
  },
  {
    name: "a disk that was put back votes (D11)",
    seeds: 200,
    swarm: "put back",
    rules: ["I1", "I15"],
    edits: [
      edit(
        "context",
        "const behind = acceptedEpoch < seen.epoch || (same && lastIndex < seen.index) || elsewhere;",
        "const behind = false;",
      ),
    ],
  },
  {
    name: "an epoch is offered to who was a learner over an earlier connection (D11, §10)",
    seeds: 500,
    swarm: "put back",
    rules: ["I1", "I15"],
    script: "put-back-during-a-bump.txt",
    edits: [
      edit(
        "core",
        "if (own && context.isRolledBack(from, notify.acceptedEpoch, indexOf(context.log.rows, notify.vote))) return;",
        "void own;",
      ),
      edit(
        "leader",
        "|| this.learners.get(sid)?.active === true) this.offerEpoch(sid);",
        "|| this.learners.has(sid)) this.offerEpoch(sid);",
      ),
    ],
  },
  // ── Liveness ─────────────────────────────────────────────────────────────────────────────────────────────────
  {
    name: "a leader without its quorum stays (§6.1)",
    seeds: 300,
    swarm: "mute",
    rules: ["L1", "L2"],
    edits: [edit("leader", "if (this.elected && !this.isHeard()) {", "if (false) {")],
  },
  {
    name: "a follower does not notice that its leader is silent (§6.1)",
    seeds: 100,
    swarm: "mute",
    rules: ["L1", "L2"],
    edits: [
      edit("follower", "if (context.now >= this.contactAt + electionMs) {", "if (false) {"),
      edit(
        "follower",
        "return Math.min(this.retryAt, this.contactAt + this.context.config.timeouts.electionMs);",
        "return this.retryAt;",
      ),
    ],
  },
  {
    name: "a vote for who has fallen silent stands, and so does its round (E2)",
    seeds: 500,
    swarm: "mute",
    rules: ["L1"],
    script: "vote-for-the-mute.txt",
    edits: [
      edit(
        "election",
        "if (gone || context.now >= this.anewAt) this.start();\n    else this.broadcast();",
        "void gone;\n    this.broadcast();",
      ),
    ],
  },
  {
    name: "a round that comes to no decision goes on (E1)",
    seeds: 1000,
    swarm: "deaf",
    rules: ["L1"],
    script: "votes-for-the-deaf.txt",
    edits: [edit("election", "if (gone || context.now >= this.anewAt) this.start();", "if (gone) this.start();")],
  },
  {
    name: "what is lost is not sent again (B3)",
    seeds: 100,
    swarm: "lossy",
    rules: ["L1", "L2"],
    edits: [
      edit(
        "leader",
        "if (progress.outstanding && context.now - progress.movedAt > 2 * heartbeatMs) progress.rewind(context.now); // B3",
        "",
      ),
    ],
  },
  {
    name: "logs that share nothing do not share their beginning (§7.2)",
    seeds: 300,
    swarm: "elections",
    rules: ["L1", "L2"],
    script: "no-row-in-common.txt",
    edits: [
      edit(
        "log",
        "const complete = (boot.epochs[0]?.startIndex ?? 1) === 1;",
        "const complete = boot.epochs.length === 0;",
      ),
    ],
  },
];

/** Rules whose work others do, too: taken out alone, they must make no difference. */
export const HARMLESS: readonly (Hunt & { readonly because: string })[] = [
  {
    name: "a learner that joins again over the same connection is sent nothing (§7.2)",
    because:
      "the next proposal shows where its log fits; that an idle one serves is for the transcripts and for tier 2",
    seeds: 150,
    swarm: "idle",
    rules: ["L1", "L2"],
    edits: [edit("leader", "known.rewind(context.now);\n      known.sentCommit = 0;\n", "")],
  },
  {
    name: "AckEpoch to an earlier life of the leader counts (P3)",
    because: "a leader that was started again claims a higher epoch, and the epoch is compared as well",
    seeds: 150,
    swarm: "echo",
    rules: ["I1", "I5", "I10"],
    edits: [edit("leader", "if (message.leaderBoot !== context.bootId) return; // P3: to an earlier life", "")],
  },
  {
    name: "a claim does not look at what followers have promised (P1)",
    because: "they refuse, join again, and the claim climbs until it is high enough",
    seeds: 150,
    swarm: "elections",
    rules: ["I1", "I5", "I10", "L1"],
    edits: [
      edit(
        "leader",
        "for (const { acceptedEpoch } of this.joins.values()) highest = Math.max(highest, acceptedEpoch);",
        "",
      ),
    ],
  },
  {
    name: "a truncation goes below the commit (I7)",
    because: "what is committed is in the log of every leader: nothing asks for it",
    seeds: 150,
    swarm: "elections",
    rules: ["I7", "I2"],
    edits: [
      edit("follower", "if (entry.index <= context.commit) {", "if (false) {"),
      edit("log", "invariant(index >= commit, () =>", "invariant(index >= 0, () =>"),
    ],
  },
  {
    name: "a read is taken before the epoch is established (D10)",
    because: "its index is the log's end, which holds everything committed, and its round is one of the new epoch",
    seeds: 150,
    swarm: "reads",
    rules: ["I13"],
    edits: [
      edit("reads", "if (leader?.established === true) this.enqueue", "if (leader?.elected === true) this.enqueue"),
      edit("reads", "if (!leader.established || this.waiting.length", "if (!leader.elected || this.waiting.length"),
    ],
  },
  {
    name: "a completed write confirms what was truncated meanwhile (§5.2)",
    because: "promises are written behind appends, so no append is under way when an epoch's first truncation comes",
    seeds: 150,
    swarm: "suffixes",
    rules: ["I12", "I4"],
    edits: [edit("log", "for (const pending of this.pending) pending.upTo = Math.min(pending.upTo, index);", "")],
  },
  {
    name: "entries are taken while the promise is being written (S1)",
    because: "they are acknowledged only once it is durable",
    seeds: 150,
    swarm: "elections",
    rules: ["I12", "I4", "I7"],
    edits: [edit("follower", 'return this.stage === "led" && epoch', 'return this.stage !== "join" && epoch')],
  },
];

function edit(file: string, find: string, replace: string): Edit {
  return { file: `${file}.ts`, find, replace };
}
