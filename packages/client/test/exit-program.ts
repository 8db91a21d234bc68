/** Run by process.test.ts: does one thing with a client, says so, and must then end by itself. */
import { once } from "node:events";
import { connect } from "../src/index.ts";

const [what = "", address = "", other = ""] = process.argv.slice(2);

const things: Record<string, () => Promise<void>> = {
  async close() {
    const zk = await connect(address);
    await zk.watch("/");
    await Promise.all([zk.sync("/", { timeoutMs: 60_000 }), zk.close()]);
  },
  async "close-silent"() {
    const zk = await connect(address);
    void zk.get("/", { timeoutMs: 60_000 }).catch(() => {});
    await zk.close({ timeoutMs: 50 });
  },
  async "close-suspended"() {
    const zk = await connect(address);
    while (zk.state !== "suspended") await once(zk.events, "state");
    const call = zk.get("/").catch(() => {});
    await zk.close();
    await call;
  },
  async "close-connecting"() {
    const zk = await connect(address);
    while (zk.state !== "suspended") await once(zk.events, "state");
    // The next attempt has begun and is not answered.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await zk.close();
  },
  async "close-searching"() {
    const zk = await connect(address, { readOnly: true });
    zk.updateServers([address, other]);
    // The other one has been asked, and does not answer.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await zk.close();
  },
  async detach() {
    const zk = await connect(address);
    void zk.get("/").catch(() => {});
    zk.detach();
  },
  async fail() {
    await connect(address, { connectTimeoutMs: 100 }).catch(() => {});
  },
  async abort() {
    const controller = new AbortController();
    const attempt = connect(address, { signal: controller.signal }).catch(() => {});
    setTimeout(() => controller.abort(), 50);
    await attempt;
  },
  async nonsense() {
    const zk = await connect(address);
    await zk.get("/").catch(() => {});
  },
  async signals() {
    const zk = await connect(address);
    process.on("warning", (warning) => {
      throw warning;
    });
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 100 }, () => zk.sync("/", { signal })));
    await zk.close();
  },
};

await things[what]?.();
console.log("done");
