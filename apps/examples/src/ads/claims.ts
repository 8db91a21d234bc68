/**
 * The slots that a node serves. To serve a slot it needs two things: the assignment that gives it the slot, and the slot's claim,
 * an ephemeral znode. The claim is created in one transaction with a check that the assignment is still the same.
 *
 * **Invariant**: a slot has at most one claim, so at most one node serves it, also while the assignment changes: who is to serve
 * it next waits until the claim has gone, by its owner's doing or with its owner's session.
 * **Invariant**: nothing is served without a connection: from its loss on, the session may end and the claims with it.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
  type Client,
  formatZxid,
  isCoordinationError,
  isTransient,
  retry,
  type SessionState,
  TransactionError,
  type Zxid,
} from "@rookery/client";
import { NodeCache } from "@rookery/recipes";
import { type Assignment, decodeAssignment } from "./assignment.ts";
import { Bell } from "./bell.ts";
import type { Paths } from "./paths.ts";

/** Before what has failed for the moment is tried again, ms. */
const RETRY_MS = 50;

export interface Claim {
  /** Of the assignment under which the slot was taken up. */
  readonly generation: number;
  /** The zxid that created the claim: it ascends from owner to owner of a slot. */
  readonly token: Zxid;
}

export interface ClaimsOptions {
  readonly client: Client;
  readonly paths: Paths;
  readonly id: string;
  readonly out: (line: string) => void;
}

export class Claims implements AsyncDisposable {
  private readonly client: Client;
  private readonly paths: Paths;
  private readonly id: string;
  private readonly out: (line: string) => void;
  private readonly assignment: NodeCache;
  private readonly bell = new Bell();
  /** By slot: what this session owns, as far as is known. */
  private readonly held = new Map<number, Claim>();
  /** False from the loss of the connection until the claims have been found to be there still. */
  private isSure = true;
  private isOver = false;

  constructor({ client, paths, id, out }: ClaimsOptions) {
    this.client = client;
    this.paths = paths;
    this.id = id;
    this.out = out;
    this.assignment = new NodeCache(client, paths.assignment);
    this.assignment.events.on("change", this.onChange);
    client.events.on("state", this.onState);
  }

  /** The claim to a slot, if it may be served at this moment. */
  get(slot: number): Claim | undefined {
    return this.isSure ? this.held.get(slot) : undefined;
  }

  /** Follows the assignment until the signal is aborted. From then on nothing is served. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.client.ensurePath(this.paths.claims, { signal });
      for (;;) {
        try {
          await this.reconcile(signal);
        } catch (error) {
          if (signal.aborted || !isTransient(error)) throw error;
          await pause(RETRY_MS, undefined, { signal });
          this.bell.ring();
        }
        await this.bell.rung(signal);
      }
    } finally {
      this.leaveAll();
    }
  }

  /** Serves nothing from now on, for good. The claims go with the session: close the client next. */
  leaveAll(): void {
    this.isOver = true;
    for (const slot of this.held.keys()) this.told("leaves", slot);
    this.held.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leaveAll();
    this.client.events.off("state", this.onState);
    await this.assignment.close();
  }

  private readonly onChange = (): void => this.bell.ring();

  private readonly onState = (state: SessionState): void => {
    if (state !== "connected" && this.isSure) {
      this.isSure = false;
      if (this.held.size > 0) this.out(`${this.id}: ${state}: serves nothing at ${Date.now()}`);
    }
    if (state === "expired") this.held.clear();
    if (state === "connected") this.bell.ring();
  };

  private async reconcile(signal: AbortSignal): Promise<void> {
    if (this.client.state !== "connected") return;
    if (!this.isSure) await this.verify(signal);
    const { node } = this.assignment;
    if (node?.data === undefined) return;
    const assignment = decodeAssignment(node.data);
    const mine = new Set([...assignment.owners.keys()].filter((slot) => assignment.owners[slot] === this.id));
    const toRelease = [...this.held.keys()].filter((slot) => !mine.has(slot));
    const toClaim = [...mine].filter((slot) => !this.held.has(slot));
    await Promise.all(toRelease.map((slot) => this.release(slot)));
    await Promise.all(toClaim.map((slot) => this.claim(slot, assignment, node.stat.version, signal)));
  }

  /** After a reconnect: which claims are there still. */
  private async verify(signal: AbortSignal): Promise<void> {
    const session = this.client.sessionId;
    const slots = [...this.held.keys()];
    const stats = await Promise.all(slots.map((slot) => this.client.exists(this.pathOf(slot), { signal })));
    for (const [at, slot] of slots.entries()) if (stats[at]?.ephemeralOwner !== session) this.held.delete(slot);
    if (this.client.state !== "connected" || this.client.sessionId !== session) return;
    this.isSure = true;
    for (const slot of this.held.keys()) this.told("serves", slot);
  }

  private async claim(slot: number, { generation }: Assignment, version: number, signal: AbortSignal): Promise<void> {
    const { client, id } = this;
    const path = this.pathOf(slot);
    const session = client.sessionId;
    let token: Zxid | undefined;
    try {
      const [, created] = await client
        .transaction()
        .check(this.paths.assignment, { version })
        .create(path, JSON.stringify({ node: id, generation }), { mode: "ephemeral" })
        .commit({ signal });
      token = created.stat.czxid;
    } catch (error) {
      if (!(error instanceof TransactionError)) throw error;
      // There is another assignment; this client will be told of it.
      if (error.code === "BAD_VERSION") return;
      if (error.code !== "NODE_EXISTS") throw error;
      // The one before still serves it, or an earlier claim of this session whose answer was lost. The watch tells when it goes.
      const stat = await client.exists(path, { watch: this.onChange, signal });
      if (stat === undefined) this.bell.ring();
      if (stat?.ephemeralOwner === session) token = stat.czxid;
    }
    if (token === undefined || client.sessionId !== session || this.isOver) return;
    this.held.set(slot, { generation, token });
    if (this.isSure) this.told("serves", slot);
  }

  /** It is not served from now on; resolves when the next owner can claim it. */
  private async release(slot: number): Promise<void> {
    this.told("leaves", slot);
    this.held.delete(slot);
    const { client } = this;
    const session = client.sessionId;
    const path = this.pathOf(slot);
    const remove = async () => {
      // With the session the claim has gone as well, and what is there now is another's.
      if (client.sessionId !== session) return;
      await client.delete(path).catch((error) => {
        if (!isCoordinationError(error, "NO_NODE")) throw error;
      });
    };
    await retry(remove, {
      retries: Number.POSITIVE_INFINITY,
      when: (error) => isCoordinationError(error, "CONNECTION_LOSS"),
    });
  }

  private told(what: string, slot: number): void {
    const claim = this.held.get(slot) as Claim;
    const { generation, token } = claim;
    this.out(
      `${this.id}: ${what} slot ${slot} (generation ${generation}, token ${formatZxid(token)}) at ${Date.now()}`,
    );
  }

  private pathOf(slot: number): string {
    return `${this.paths.claims}/slot-${slot}`;
  }
}
