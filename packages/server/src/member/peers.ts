/** The other members, as this one sees them: messages to and from each, and whether there is a connection. */
import type { PeerMessage } from "@rookery/protocol/peer";

export interface PeerNetwork {
  /**
   * Sends, or drops: nothing is kept for a member without a connection. Messages of snapshots but the offer go over a
   * connection of their own, opened when first used. Messages to one member on one connection arrive in order or, once it
   * breaks, not at all.
   */
  send(to: number, message: PeerMessage): void;
  /** Whether so much waits to be sent that appends to this member had better wait. */
  congested(to: number): boolean;
  /** Set before {@link start}. */
  handlers: PeerHandlers;
  /** Resolves when this member can be reached; rejects with the system's error when it cannot listen. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface PeerHandlers {
  /** The control connection is there and both sides have agreed on a version. */
  onLinkUp(sid: number): void;
  onLinkDown(sid: number): void;
  onMessage(sid: number, message: PeerMessage): void;
  /** Every message that was read in one go has been handed over. */
  onTurnEnd(): void;
  /** Not congested any more. */
  onDrained(sid: number): void;
  /** The bulk connection broke. */
  onBulkDown(sid: number): void;
  /** The other side cannot be a peer, and says or shows why: another ensemble's, another version, another configuration. */
  onRefused(sid: number, reason: string): void;
}

/** Before handlers are set, and after the end. */
export const NO_HANDLERS: PeerHandlers = {
  onLinkUp() {},
  onLinkDown() {},
  onMessage() {},
  onTurnEnd() {},
  onDrained() {},
  onBulkDown() {},
  onRefused() {},
};
