/** Bytes as they were captured from a real server. Specification §14. Only ids, zxids and times are filled in. */

import { describe, expect } from "vitest";
import type { Client } from "../src/client.ts";
import { testOn } from "../src/fixtures.ts";
import { ping, remove } from "../src/requests.ts";

const test = testOn("main");

const OPEN = "00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65";

/** Sends bytes and gives those of as many frames as come, their lengths included. */
async function exchange(c: Client, request: string, frames = 1): Promise<string[]> {
  c.connection.write(Buffer.from(request.replaceAll(" ", ""), "hex"));
  const answers: string[] = [];
  for (let n = 0; n < frames; n++) {
    const payload = await c.connection.next();
    if (payload === "closed") throw new Error("the server closed the connection");
    answers.push(payload.length.toString(16).padStart(8, "0") + payload.toString("hex"));
  }
  return answers;
}

const bytes = (text: string) => text.replaceAll(" ", "");
const long = (value: bigint) => BigInt.asUintN(64, value).toString(16).padStart(16, "0");

describe("byte for byte", () => {
  test("connect, and the refusal of an expired session", async ({ open }) => {
    const connection = await open();
    const hello = `0000002d 00000000 0000000000000000 00002710 0000000000000000 00000010 ${"00".repeat(16)} 00`;
    connection.write(Buffer.from(bytes(hello), "hex"));
    const payload = (await connection.next()) as Buffer;
    expect(payload.length).toBe(0x25);
    const answer = payload.toString("hex");
    expect(answer.slice(0, 16)).toBe(bytes("00000000 00002710"));
    expect(answer.slice(32, 40)).toBe("00000010");
    expect(answer.slice(72)).toBe("00");
    connection.write(Buffer.from(bytes("00000008 00000001 fffffff5"), "hex"));
    await connection.untilClosed();
    const again = await open();
    const id = answer.slice(16, 32);
    const password = answer.slice(40, 72);
    again.write(Buffer.from(bytes(`0000002d 00000000 0000000000000000 00002710 ${id} 00000010 ${password} 00`), "hex"));
    expect(await again.untilClosed()).toEqual([
      bytes(`00000000 00000000 0000000000000000 00000010 ${"00".repeat(16)} 00`),
    ]);
  });

  test("the requests of a short session", async ({ connect }) => {
    const c = await connect();
    await c.err(remove("/a"));
    const setup = await c.call(ping);
    let zxid = setup.zxid;
    const next = () => long(++zxid);
    const now = () => long(zxid);

    expect(await exchange(c, `00000033 00000001 00000001 00000002 2f61 00000002 6869 ${OPEN} 00000000`)).toEqual([
      bytes(`00000016 00000001 ${next()} 00000000 00000002 2f61`),
    ]);
    const czxid = now();
    expect(await exchange(c, "0000000f 00000002 00000003 00000002 2f62 01")).toEqual([
      bytes(`00000010 00000002 ${now()} ffffff9b`),
    ]);
    const [data = ""] = await exchange(c, "0000000f 00000003 00000004 00000002 2f61 01");
    const times = data.slice(-136 + 32, -136 + 64);
    expect(data).toBe(
      bytes(
        `0000005a 00000003 ${now()} 00000000 00000002 6869 ${czxid} ${czxid} ${times} ` +
          `00000000 00000000 00000000 0000000000000000 00000002 00000000 ${czxid}`,
      ),
    );
    const [made = ""] = await exchange(c, `00000034 00000004 0000000f 00000005 2f612f6e2d 00000000 ${OPEN} 00000002`);
    expect(made.slice(0, -136)).toBe(
      bytes(`00000067 00000004 ${next()} 00000000 0000000f 2f612f6e2d30303030303030303030`),
    );
    expect(made.slice(-136)).toMatch(
      new RegExp(`^${now()}${now()}[0-9a-f]{32}${"0".repeat(8 * 3 + 16 + 16)}${now()}$`),
    );
    expect(await exchange(c, "0000000f 00000005 00000008 00000002 2f61 00")).toEqual([
      bytes(`00000024 00000005 ${now()} 00000000 00000001 0000000c 6e2d30303030303030303030`),
    ]);
    const [event, set = ""] = await exchange(c, "00000018 00000006 00000005 00000002 2f61 00000002 796f 00000000", 2);
    expect(event).toBe(bytes(`0000001e ffffffff ${next()} 00000000 00000003 00000003 00000002 2f61`));
    expect(set.slice(0, 40)).toBe(bytes(`00000054 00000006 ${now()} 00000000`));
    expect(await exchange(c, "00000018 00000007 00000005 00000002 2f61 00000002 796f 00000000")).toEqual([
      bytes(`00000010 00000007 ${next()} ffffff99`),
    ]);
    expect(await exchange(c, "00000008 fffffffe 0000000b")).toEqual([bytes(`00000010 fffffffe ${now()} 00000000`)]);
    expect(await exchange(c, "0000001d fffffffc 00000064 00000000 00000006 646967657374 00000003 753a70")).toEqual([
      bytes("00000010 fffffffc 0000000000000000 00000000"),
    ]);
    expect(await exchange(c, "00000012 00000008 0000006a 00000002 2f61 00000000")).toEqual([
      bytes(`00000014 00000008 ${now()} 00000000 00000000`),
    ]);
    expect(await exchange(c, "00000012 0000000d 00000012 00000002 2f61 00000003")).toEqual([
      bytes(`00000010 0000000d ${now()} 00000000`),
    ]);
    expect(
      await exchange(c, "00000022 fffffff8 00000065 0000000000000000 00000001 00000002 2f61 00000000 00000000", 2),
    ).toEqual([
      bytes("0000001e ffffffff ffffffffffffffff 00000000 00000003 00000003 00000002 2f61"),
      bytes(`00000010 fffffff8 ${now()} 00000000`),
    ]);
    expect(
      await exchange(
        c,
        "00000044 00000009 0000000e 0000000d 00 ffffffff 00000002 2f61 ffffffff " +
          "00000002 00 ffffffff 0000000f 2f612f6e2d30303030303030303030 ffffffff ffffffff 01 ffffffff",
      ),
    ).toEqual([
      bytes(`0000002b 00000009 ${next()} 00000000 0000000d 00 00000000 00000002 00 00000000 ffffffff 01 ffffffff`),
    ]);
    expect(
      await exchange(
        c,
        "00000037 0000000a 0000000e 00000002 00 ffffffff 00000002 2f61 00000000 " +
          "0000000d 00 ffffffff 00000002 2f61 ffffffff ffffffff 01 ffffffff",
      ),
    ).toEqual([
      bytes(
        `00000033 0000000a ${next()} 00000000 ffffffff 00 ffffff99 ffffff99 ` +
          "ffffffff 00 fffffffe fffffffe ffffffff 01 ffffffff",
      ),
    ]);
    expect(await exchange(c, "0000000e 0000000b 00000009 00000002 2f61")).toEqual([
      bytes(`00000016 0000000b ${now()} 00000000 00000002 2f61`),
    ]);
    expect(await exchange(c, "00000008 0000000c fffffff5")).toEqual([bytes(`00000010 0000000c ${next()} 00000000`)]);
    expect(await c.connection.untilClosed()).toEqual([]);
  });

  test("a session's password follows from its id by ZooKeeper's formula", async ({ c }) => {
    expect(c.session.password.toString("hex")).toBe(javaPassword(c.id));
  });

  test("the formula gives the specification's example", () => {
    expect(javaPassword(0x0100001480000000n)).toBe("f2aa1f8b9766beef20247251386a30dd");
  });
});

/** The first 16 bytes of `java.util.Random(id ^ 0xB3415C00)`, in hex. */
function javaPassword(id: bigint): string {
  const mask = (1n << 48n) - 1n;
  let seed = (id ^ 0xb3415c00n ^ 0x5deece66dn) & mask;
  const password = Buffer.alloc(16);
  for (let at = 0; at < 16; at += 4) {
    seed = (seed * 0x5deece66dn + 0xbn) & mask;
    password.writeUInt32LE(Number((seed >> 16n) & 0xffffffffn), at);
  }
  return password.toString("hex");
}
