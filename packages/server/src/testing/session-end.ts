/** Ends somebody else's session, as its timeout would: with a connection that shows the session's id and password. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  authPacket,
  type Codec,
  connectRequest,
  connectResponse,
  errorName,
  FrameSplitter,
  formatSessionId,
  JuteReader,
  JuteWriter,
  OpCode,
  replyHeader,
  requestHeader,
  sessionPassword,
  Xid,
} from "@rookery/protocol/client";

/** Tries again for so long while the server has nobody to ask, or the client comes back in between, ms. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 20;
const REPLY_BYTES_MAX = 1 << 20;
const TIMEOUT_MS = 30_000;

/**
 * Resolves when the session is closed and its ephemerals are gone.
 * @param port - Of the server, asked before each try; undefined when it does not run.
 * @param digests - Show an identity of the digest scheme first: the server demands one of everybody.
 * @throws Error if the server knows no such session, or cannot end it.
 */
export async function endSession(port: () => number | undefined, id: bigint, digests: boolean): Promise<void> {
  const giveUpMs = performance.now() + PATIENCE_MS;
  for (let tries = 0; ; tries++) {
    const at = port();
    if (at === undefined) throw new Error(`session ${formatSessionId(id)} cannot be ended: the server does not run`);
    const outcome = await tryToEnd(at, id, digests);
    if (outcome === "ended") return;
    if (outcome === "unknown") {
      // It may be the reply to an earlier try that was lost.
      if (tries > 0) return;
      throw new Error(`the server knows no session ${formatSessionId(id)}`);
    }
    if (performance.now() > giveUpMs)
      throw new Error(`session ${formatSessionId(id)} could not be ended: the server closes the connection`);
    await sleep(RETRY_MS);
  }
}

/** In one piece, so that the client cannot come back between: the close is decided with the handshake. */
function tryToEnd(port: number, id: bigint, digests: boolean): Promise<"ended" | "unknown" | "cut"> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const splitter = new FrameSplitter(REPLY_BYTES_MAX);
  const handshake = {
    protocolVersion: 0,
    lastZxidSeen: 0n,
    timeoutMs: TIMEOUT_MS,
    sessionId: id,
    password: sessionPassword(id),
    readOnly: false,
  };
  const auth = digests
    ? [
        encoded([
          [requestHeader, { xid: Xid.auth, type: OpCode.auth }],
          [authPacket, { type: 0, scheme: "digest", auth: Buffer.from("rookery:testing") }],
        ]),
      ]
    : [];
  socket.write(
    Buffer.concat([
      encoded([[connectRequest, handshake]]),
      ...auth,
      encoded([[requestHeader, { xid: CLOSE_XID, type: OpCode.closeSession }]]),
    ]),
  );
  return new Promise((resolve, reject) => {
    let opened = false;
    let outcome: "ended" | "unknown" | "cut" = "cut";
    socket.on("data", (chunk: Buffer) => {
      splitter.push(chunk, (buffer, start, end) => {
        const input = new JuteReader(buffer, start, end);
        if (!opened) {
          opened = true;
          if (connectResponse.decode(input).timeoutMs <= 0) outcome = "unknown";
          return true;
        }
        const { xid, err } = replyHeader.decode(input);
        if (err !== 0) {
          reject(new Error(`the server would not end session ${formatSessionId(id)}: ${errorName(err) ?? err}`));
          socket.destroy();
        } else if (xid === CLOSE_XID) outcome = "ended";
        return true;
      });
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(outcome));
  });
}

const CLOSE_XID = 1;

// biome-ignore lint/suspicious/noExplicitAny: each codec stands beside a value of its own type.
function encoded(records: readonly (readonly [Codec<any>, unknown])[]): Buffer {
  const out = new JuteWriter();
  const frame = out.beginFrame();
  for (const [codec, value] of records) codec.encode(out, value);
  out.endFrame(frame);
  return Buffer.from(out.take());
}
