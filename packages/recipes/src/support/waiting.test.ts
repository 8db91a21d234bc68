import { setImmediate as nextTurn } from "node:timers/promises";
import { CoordinationError } from "@rookery/client";
import { describe, expect, it } from "vitest";
import { Bell, pause } from "./bell.ts";
import { isInterruption, persist } from "./calls.ts";
import { abortable, aborted, limit, within } from "./waiting.ts";

const never = new Promise<never>(() => {});

function whenAborted(error: (reason: unknown) => unknown = (reason) => reason) {
  return (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(error(signal.reason))));
}

describe("limits", () => {
  it("end what waits with the signal's reason as the cause", async () => {
    const stop = new AbortController();
    const waiting = limit("baking", { signal: stop.signal }, whenAborted());
    stop.abort("burnt");
    await expect(waiting).rejects.toMatchObject({
      code: "ABORTED",
      cause: "burnt",
      outcome: "not-applied",
      message: "baking was aborted",
    });
    await expect(waiting).rejects.toBeInstanceOf(CoordinationError);
  });

  it("end what waits after a time", async () => {
    const error = { code: "TIMEOUT", outcome: "not-applied", message: "baking took longer than 5 ms" };
    await expect(limit("baking", { timeoutMs: 5 }, whenAborted())).rejects.toMatchObject(error);
    await expect(within("baking", { timeoutMs: 5 }, never)).rejects.toMatchObject(error);
  });

  it("begin nothing when the signal was aborted before, and do not look at what is there already", async () => {
    let begun = false;
    const act = async () => {
      begun = true;
    };
    const signal = AbortSignal.abort("early");
    await expect(limit("baking", { signal }, act)).rejects.toMatchObject({ code: "ABORTED", cause: "early" });
    await expect(within("baking", { signal }, Promise.resolve(1))).rejects.toMatchObject({ code: "ABORTED" });
    expect(begun).toBe(false);
  });

  it.each([
    ["ABORTED", {}],
    ["TIMEOUT", { timeoutMs: 1 }],
  ] as const)("keep the outcome of the write that was under way: %s", async (code, options) => {
    const stop = new AbortController();
    const call = whenAborted(
      (cause) => new CoordinationError("ABORTED", "setData was aborted", { cause, outcome: "unknown", path: "/a" }),
    );
    const waiting = limit("baking", { signal: stop.signal, ...options }, call);
    if (code === "ABORTED") stop.abort("burnt");
    await expect(waiting).rejects.toMatchObject({ code, outcome: "unknown", path: "/a" });
    await expect(waiting).rejects.toHaveProperty("cause", code === "ABORTED" ? "burnt" : undefined);
  });

  it("are those of the outermost that ended it", async () => {
    const inner = (signal: AbortSignal) => limit("kneading", { signal, timeoutMs: 60_000 }, whenAborted());
    await expect(limit("baking", { timeoutMs: 1 }, inner)).rejects.toMatchObject({
      code: "TIMEOUT",
      message: "baking took longer than 1 ms",
    });
  });

  it("do not hide what else was the matter, nor a result", async () => {
    const stop = new AbortController();
    const failing = limit("baking", { signal: stop.signal }, async (signal) => {
      await aborted(signal);
      throw new CoordinationError("NO_NODE", "no oven");
    });
    const done = limit("baking", { signal: stop.signal }, async (signal) => {
      await aborted(signal);
      return "bread";
    });
    stop.abort();
    await expect(failing).rejects.toMatchObject({ code: "NO_NODE" });
    expect(await done).toBe("bread");
  });

  it.each([-1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY, "5", null])(
    "refuse a timeout of %s",
    async (timeoutMs) => {
      const options = { timeoutMs: timeoutMs as number };
      await expect(limit("baking", options, async () => {})).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
      await expect(within("baking", options, never)).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    },
  );

  it("leave no timer behind", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    await limit("baking", { timeoutMs: 60_000 }, async () => {});
    await within("baking", { timeoutMs: 60_000 }, Promise.resolve());
    await expect(within("baking", { timeoutMs: 60_000 }, Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(timers()).toBe(before);
  });

  it("report nothing as unhandled of what is waited for no longer", async () => {
    const late = () =>
      nextTurn().then(() => {
        throw new Error("late");
      });
    const signal = AbortSignal.abort("early");
    await expect(abortable(late(), signal)).rejects.toBe("early");
    await expect(within("baking", { signal }, late())).rejects.toMatchObject({ code: "ABORTED" });
    await expect(within("baking", { timeoutMs: -1 }, late())).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    await nextTurn();
    await nextTurn();
  });
});

describe("a bell", () => {
  it("does not forget what rang between a look and the wait, until it is silenced", async () => {
    const bell = new Bell();
    bell.ring();
    await bell.wait();
    await bell.wait();
    bell.silence();
    const start = Date.now();
    await bell.wait(undefined, 20);
    expect(Date.now() - start).toBeGreaterThanOrEqual(18);
    const waiting = bell.wait();
    bell.ring();
    await waiting;
  });

  it("lets go by a signal, with its reason", async () => {
    const stop = new AbortController();
    const waiting = new Bell().wait(stop.signal);
    const pausing = pause(60_000, stop.signal);
    stop.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    await expect(pausing).rejects.toBe("enough");
    await expect(pause(0, stop.signal)).rejects.toBe("enough");
  });
});

describe("persistence", () => {
  it("goes on through interruptions, timeouts of single calls among them", async () => {
    const codes = ["CONNECTION_LOSS", "SESSION_EXPIRED", "SESSION_MOVED", "THROTTLED", "TIMEOUT"] as const;
    const left = [...codes];
    const act = async () => {
      const code = left.shift();
      if (code !== undefined) throw new CoordinationError(code, code);
      return "done";
    };
    expect(await persist(undefined, act)).toBe("done");
    expect(codes.map((code) => isInterruption(new CoordinationError(code, code)))).not.toContain(false);
  });

  it("does not go on after the end of a limit, which may be a timeout", async () => {
    let calls = 0;
    const waiting = limit("baking", { timeoutMs: 5 }, (signal) =>
      persist(signal, () => {
        calls++;
        return abortable(never, signal);
      }),
    );
    await expect(waiting).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(calls).toBe(1);
  });

  it("is over at the first error that does not pass", async () => {
    const error = new CoordinationError("NO_AUTH", "no");
    await expect(persist(undefined, () => Promise.reject(error))).rejects.toBe(error);
  });
});
