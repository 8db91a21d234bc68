/**
 * The state itself on its way to a member whose log cannot be continued (§7.5). The sender reads one unmoving snapshot of its
 * store and sends as many chunks as the receiver has room for; the receiver builds the replacement beside its present state
 * and puts it in force when it is whole. A broken connection is resumed behind the last row received, as long as the sender
 * still has that snapshot.
 */
import type { Position, RoleState } from "@rookery/consensus";
import type { PeerMessage } from "@rookery/protocol/peer";
import {
  INSTALL_BYTES_MAX,
  type Installation,
  KEY_BYTES_MAX,
  type Pin,
  type StateChange,
  type StateSnapshot,
  type StorageEngine,
  StorageError,
} from "@rookery/storage";
import { STATE_TABLES, type Tree } from "@rookery/tree";
import type { Logger } from "../logger.ts";
import type { Runtime, Timer } from "./ports.ts";
import type { Replication } from "./replication.ts";
import { Checksum, decodeRows, encodeRow } from "./snapshot-rows.ts";

export interface SnapshotsHost {
  readonly engine: StorageEngine;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly replication: Replication;
  readonly tree: Tree;
  /** Resolves when the store holds all that is applied now. */
  commitNow(): Promise<void>;
  fail(error: Error): void;
}

/** Bytes of rows in a chunk, and chunks on their way at a time: what a receiver may have to hold. */
const CHUNK_BYTES = 256 << 10;
const CREDITS = 8;
/** Snapshots held open, wanted or not; engines allow a few more. */
const KEPT_MAX = 4;
/** How long a snapshot is kept for a receiver that has gone away, ms. */
const KEPT_MS = 60_000;
/** Before a request is repeated after a broken connection, ms. */
const RETRY_MS = 200;
/** Between two offers of the same snapshot, ms. */
const REPEAT_MS = 1000;
/** A receiver that asks for nothing for so long has its place taken by another, ms. */
const STALLED_MS = 30_000;
/** Behind the last key of a table; no key is all ones. */
const END = Buffer.alloc(KEY_BYTES_MAX, 0xff);

type Offer = Extract<PeerMessage, { type: "snapshotOffer" }>;
type Chunk = Extract<PeerMessage, { type: "snapshotChunk" }>;
type Request = Extract<PeerMessage, { type: "snapshotRequest" }>;

interface Sending {
  readonly to: number;
  readonly position: Position;
  readonly snapshot: StateSnapshot;
  readonly pin: Pin;
  /** Where to go on; undefined until the receiver has asked. */
  cursor: { table: number; key: Uint8Array } | undefined;
  checksum: Checksum;
  credits: number;
  /** Ends it: while it is wanted, when the receiver stalls; otherwise, when nobody comes back for it. */
  timer: Timer;
  /** Consensus waits for its end. */
  wanted: boolean;
  /** All of it has gone out; it is kept only in case that the connection broke with the last chunks on it. */
  finished: boolean;
}

interface Receiving {
  readonly from: number;
  readonly offer: Offer;
  readonly installation: Installation;
  cursor: { table: number; key: Uint8Array };
  checksum: Checksum;
  /** Chunks being written. */
  writing: number;
  done: boolean;
  over: boolean;
}

export class Snapshots {
  private readonly host: SnapshotsHost;
  private readonly sendings = new Map<number, Sending>();
  private readonly preparing = new Set<number>();
  private receiving: Receiving | undefined;
  private beginning = false;
  /** Offered and not begun with. */
  private newest: { readonly from: number; readonly offer: Offer } | undefined;
  /** Settles when what was given up is gone: the engine builds one replacement at a time. */
  private aborting: Promise<void> = Promise.resolve();
  private retry: Timer | undefined;
  private stopped = false;

  constructor(host: SnapshotsHost) {
    this.host = host;
  }

  // ── Sender ─────────────────────────────────────────────────────────────────────────────────────────────────

  sendTo(to: number): void {
    const kept = this.sendings.get(to);
    if (kept !== undefined) {
      kept.wanted = true;
      kept.finished = false;
      this.rearm(kept);
      this.host.replication.send(to, this.offerOf(kept.position));
      return;
    }
    if (this.preparing.has(to)) return;
    this.preparing.add(to);
    this.host.commitNow().then(
      () => this.offer(to),
      (error: Error) => this.host.fail(error),
    );
  }

  /** Snapshots that nobody wants at the moment make room for one that somebody does. */
  private makeRoom(): void {
    for (const sending of this.sendings.values()) {
      if (this.sendings.size < KEPT_MAX) return;
      if (!sending.wanted) this.close(sending);
    }
  }

  private offer(to: number): void {
    if (!this.preparing.delete(to) || this.stopped) return;
    const { engine, replication, logger } = this.host;
    this.makeRoom();
    if (this.sendings.size >= KEPT_MAX) {
      replication.snapshotFailed(to);
      return;
    }
    const snapshot = engine.state.snapshot();
    const { applied: position } = snapshot;
    const sending: Sending = {
      to,
      position,
      snapshot,
      pin: engine.log.pin(position.index),
      cursor: undefined,
      checksum: new Checksum(),
      credits: 0,
      timer: NO_TIMER,
      wanted: true,
      finished: false,
    };
    this.sendings.set(to, sending);
    this.rearm(sending);
    this.sayAgain(sending);
    const offer = this.offerOf(position);
    logger.info({ peer: to, index: position.index, bytes: offer.bytes }, "sending a snapshot");
    replication.send(to, offer);
  }

  private offerOf(position: Position): Offer {
    const { engine, replication } = this.host;
    return {
      type: "snapshotOffer",
      epoch: replication.role.epoch,
      position,
      epochs: replication.core.epochs.filter(({ startIndex }) => startIndex <= position.index),
      bytes: engine.sizes().stateBytes,
    };
  }

  /** An offer may come too early for its receiver, or be lost: it is said again until it is answered. */
  private sayAgain(sending: Sending): void {
    this.host.runtime.after(REPEAT_MS, () => {
      if (this.sendings.get(sending.to) !== sending) return;
      if (sending.wanted && !sending.finished && sending.cursor === undefined)
        this.host.replication.send(sending.to, this.offerOf(sending.position));
      this.sayAgain(sending);
    });
  }

  private rearm(sending: Sending): void {
    const { runtime, logger, replication } = this.host;
    sending.timer.stop();
    sending.timer = runtime.after(STALLED_MS, () => {
      logger.warn({ peer: sending.to, index: sending.position.index }, "the receiver of a snapshot stalls");
      this.close(sending);
      replication.snapshotFailed(sending.to);
    });
  }

  /** Nobody waits for it at the moment; the receiver may come back for the rest. */
  cancel(to: number): void {
    this.preparing.delete(to);
    const sending = this.sendings.get(to);
    if (sending === undefined || !sending.wanted) return;
    sending.wanted = false;
    sending.cursor = undefined;
    sending.timer.stop();
    sending.timer = this.host.runtime.after(KEPT_MS, () => this.close(sending));
  }

  private close(sending: Sending): void {
    if (this.sendings.get(sending.to) !== sending) return;
    this.sendings.delete(sending.to);
    sending.timer.stop();
    sending.snapshot.close();
    sending.pin.release();
  }

  private requested(from: number, { position, table, key, rows, checksum, credits }: Request): void {
    const sending = this.sendings.get(from);
    if (sending === undefined || !samePosition(sending.position, position) || !sending.wanted) {
      this.host.replication.send(from, { type: "snapshotGone", position });
      return;
    }
    sending.finished = false;
    sending.cursor = { table, key: Buffer.from(key) };
    sending.checksum = new Checksum(rows, checksum);
    sending.credits = Math.min(credits, CREDITS);
    this.rearm(sending);
    this.pour(sending);
  }

  /** Sends chunks while the receiver has room. */
  private pour(sending: Sending): void {
    while (sending.credits > 0 && sending.cursor !== undefined) {
      sending.credits--;
      const { rows, done } = this.nextChunk(sending);
      const { rows: count, value: checksum } = sending.checksum;
      const { position, to } = sending;
      this.host.replication.send(to, { type: "snapshotChunk", position, rows, count, checksum, done });
      if (!done) continue;
      this.host.logger.info({ peer: to, index: position.index, rows: count }, "a snapshot was sent");
      sending.finished = true;
      sending.timer.stop();
      sending.timer = this.host.runtime.after(KEPT_MS, () => this.close(sending));
      this.host.replication.snapshotSent(to, position);
      return;
    }
  }

  private nextChunk(sending: Sending): { readonly rows: Buffer; readonly done: boolean } {
    const { snapshot, checksum } = sending;
    const cursor = sending.cursor as { table: number; key: Uint8Array };
    const parts: Buffer[] = [];
    let bytes = 0;
    while (cursor.table < STATE_TABLES.length) {
      let full = false;
      const from = cursor.key.length === 0 ? cursor.key : Buffer.concat([cursor.key, ZERO]);
      snapshot.scan(cursor.table, { from, to: END }, (key, value) => {
        // A row larger than a chunk goes alone.
        full = bytes > 0 && bytes + key.length + value.length > CHUNK_BYTES;
        if (full) return false;
        const row = encodeRow(cursor.table, key, value);
        parts.push(row);
        bytes += row.length;
        cursor.key = Buffer.from(key);
        checksum.add(row);
        return true;
      });
      if (full) break;
      cursor.table++;
      cursor.key = NO_KEY;
    }
    const done = cursor.table >= STATE_TABLES.length;
    if (done) sending.cursor = undefined;
    return { rows: Buffer.concat(parts, bytes), done };
  }

  // ── Receiver ───────────────────────────────────────────────────────────────────────────────────────────────

  onMessage(from: number, message: PeerMessage): void {
    switch (message.type) {
      case "snapshotOffer":
        this.offered(from, message);
        return;
      case "snapshotRequest":
        this.requested(from, message);
        return;
      case "snapshotCredit": {
        const sending = this.sendings.get(from);
        if (sending === undefined || !samePosition(sending.position, message.position)) return;
        if (!sending.wanted) return;
        sending.credits = Math.min(CREDITS, sending.credits + message.credits);
        this.rearm(sending);
        this.pour(sending);
        return;
      }
      case "snapshotChunk":
        this.received(from, message);
        return;
      case "snapshotGone":
        if (this.receiving?.from !== from) return;
        // Without a position: only the connection is gone.
        if (message.position.index === 0) this.resumeLater();
        else if (samePosition(message.position, this.receiving.offer.position))
          this.giveUp("the sender has it no longer");
        return;
    }
  }

  private offered(from: number, offer: Offer): void {
    if (this.host.replication.role.leader !== from || this.stopped) return;
    const { receiving } = this;
    if (receiving !== undefined && receiving.from === from && samePosition(receiving.offer.position, offer.position)) {
      this.request();
      return;
    }
    if (receiving !== undefined) this.giveUp("another snapshot is offered");
    this.newest = { from, offer };
    if (!this.beginning) void this.begin();
  }

  /** Begins with the newest offer, when whatever there was before is gone. */
  private async begin(): Promise<void> {
    const { host } = this;
    this.beginning = true;
    try {
      for (let next = this.newest; next !== undefined && !this.stopped; next = this.newest) {
        this.newest = undefined;
        await this.aborting;
        const { from, offer } = next;
        // One that is being put in force, or what has been applied since, is newer or as good.
        if (host.replication.installing || offer.position.index <= host.engine.state.applied.index) continue;
        host.logger.info({ peer: from, index: offer.position.index, bytes: offer.bytes }, "receiving a snapshot");
        const installation = await host.engine.install(offer.position);
        this.receiving = {
          from,
          offer,
          installation,
          cursor: { table: 0, key: NO_KEY },
          checksum: new Checksum(),
          writing: 0,
          done: false,
          over: false,
        };
        if (this.stopped || this.newest !== undefined) this.giveUp("another snapshot is offered");
        else this.request();
      }
    } catch (error) {
      host.fail(error as Error);
    } finally {
      this.beginning = false;
    }
  }

  private request(): void {
    const { receiving } = this;
    if (receiving === undefined || receiving.done) return;
    this.host.replication.send(receiving.from, {
      type: "snapshotRequest",
      position: receiving.offer.position,
      table: receiving.cursor.table,
      key: receiving.cursor.key,
      rows: receiving.checksum.rows,
      checksum: receiving.checksum.value,
      credits: Math.max(1, CREDITS - receiving.writing),
    });
  }

  private resumeLater(): void {
    if (this.retry !== undefined) return;
    this.retry = this.host.runtime.after(RETRY_MS, () => {
      this.retry = undefined;
      this.request();
    });
  }

  private received(from: number, chunk: Chunk): void {
    const { receiving, host } = this;
    if (receiving === undefined || receiving.from !== from || receiving.done) return;
    if (!samePosition(receiving.offer.position, chunk.position)) return;
    const rows = decodeRows(chunk.rows, STATE_TABLES.length);
    // Rows that came in answer to an earlier request, behind a gap: the answer to the newer one is on its way.
    if (rows !== undefined && chunk.count !== receiving.checksum.rows + rows.length) return;
    const before = { rows: receiving.checksum.rows, value: receiving.checksum.value };
    receiving.checksum.addAll(chunk.rows, rows?.length ?? 0);
    if (rows === undefined || receiving.checksum.value !== chunk.checksum) {
      host.logger.warn(
        { peer: from, rows: before.rows },
        "a piece of a snapshot was damaged on its way; asking for it again",
      );
      receiving.checksum = new Checksum(before.rows, before.value);
      this.resumeLater();
      return;
    }
    const last = rows.at(-1);
    if (last !== undefined) receiving.cursor = { table: last.table, key: Buffer.from(last.key) };
    receiving.done = chunk.done;
    receiving.writing++;
    this.put(receiving, rows).then(
      () => this.written(receiving),
      (error: Error) => {
        if (receiving.over) return;
        if (error instanceof StorageError && error.code === "FULL") {
          host.logger.error({ error: error.message }, "no room on the disk for a snapshot of the leader's");
          this.giveUp("no room");
        } else {
          host.fail(error);
        }
      },
    );
  }

  /** In pieces that the engine takes at a time, whatever the sender puts into a chunk. */
  private async put({ installation }: Receiving, rows: readonly StateChange[]): Promise<void> {
    let piece: StateChange[] = [];
    let bytes = 0;
    let last: Promise<void> | undefined;
    const flush = async () => {
      const before = last;
      last = installation.put(piece);
      piece = [];
      bytes = 0;
      await before;
    };
    for (const row of rows) {
      const size = row.key.length + (row.value?.length ?? 0);
      if (piece.length > 0 && bytes + size > INSTALL_BYTES_MAX) await flush();
      piece.push(row);
      bytes += size;
    }
    await flush();
    await last;
  }

  private written(receiving: Receiving): void {
    receiving.writing--;
    if (receiving.over) return;
    const { host } = this;
    const { from, offer, installation } = receiving;
    if (!receiving.done) {
      host.replication.send(from, { type: "snapshotCredit", position: offer.position, credits: 1 });
      return;
    }
    if (receiving.writing > 0) return;
    this.receiving = undefined;
    receiving.over = true;
    if (host.replication.install(from, installation, offer.position, offer.epochs)) return;
    host.logger.info({ peer: from, index: offer.position.index }, "a snapshot was overtaken and is thrown away");
    this.abort(installation);
  }

  private abort(installation: Installation): void {
    this.aborting = installation.abort().catch((error: Error) => this.host.fail(error));
  }

  private giveUp(why: string): void {
    const { receiving, host } = this;
    if (receiving === undefined) return;
    this.receiving = undefined;
    receiving.over = true;
    this.retry?.stop();
    this.retry = undefined;
    host.logger.info({ peer: receiving.from, index: receiving.offer.position.index, why }, "a snapshot was given up");
    this.abort(receiving.installation);
  }

  // ── Circumstances ──────────────────────────────────────────────────────────────────────────────────────────

  /** @param serves - This member has just begun to serve clients: its state is in line, by whatever means. */
  onRole({ role }: RoleState, serves: boolean): void {
    if (role !== "leading") {
      for (const sending of [...this.sendings.values()]) this.close(sending);
      this.preparing.clear();
    }
    if (serves) this.giveUp("it is not needed any more");
  }

  onLinkDown(sid: number): void {
    this.cancel(sid);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.preparing.clear();
    this.newest = undefined;
    for (const sending of [...this.sendings.values()]) this.close(sending);
    this.giveUp("this server stops");
    await this.aborting;
  }
}

const NO_TIMER: Timer = { stop: () => {} };
const ZERO = Buffer.alloc(1);
const NO_KEY = Buffer.alloc(0);

function samePosition(a: Position, b: Position): boolean {
  return a.index === b.index && a.chain === b.chain && a.epoch === b.epoch && a.counter === b.counter;
}
