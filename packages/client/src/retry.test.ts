import { describe, expect, it } from "vitest";
import { CoordinationError } from "./errors.ts";
import { isTransient, retry } from "./retry.ts";

const lost = () => new CoordinationError("CONNECTION_LOSS", "lost");

describe("retry", () => {
  it("tries again after failures that may pass, and gives the result", async () => {
    const attempts: number[] = [];
    const result = await retry(
      async (attempt) => {
        attempts.push(attempt);
        if (attempt < 3) throw lost();
        return "done";
      },
      { pauseMs: 1 },
    );
    expect(result).toBe("done");
    expect(attempts).toEqual([0, 1, 2, 3]);
  });

  it("gives up after so many, with the last failure", async () => {
    let tries = 0;
    const failing = retry(() => Promise.reject(new CoordinationError("THROTTLED", `${++tries}`)), {
      retries: 2,
      pauseMs: 1,
    });
    await expect(failing).rejects.toThrow("3");
    expect(tries).toBe(3);
  });

  it("does not try again what will not pass, or what `when` does not name", async () => {
    let tries = 0;
    const act = () => {
      tries++;
      return Promise.reject(new CoordinationError("NO_NODE", "none"));
    };
    await expect(retry(act)).rejects.toThrow("none");
    expect(tries).toBe(1);
    await expect(retry(act, { retries: 1, pauseMs: 1, when: () => true })).rejects.toThrow("none");
    expect(tries).toBe(3);
  });

  it("ends in its pause when the signal is aborted", async () => {
    const controller = new AbortController();
    const waiting = retry(() => Promise.reject(lost()), { pauseMs: 1e9, pauseMsMax: 1e9, signal: controller.signal });
    await Promise.resolve();
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  it.each([{ retries: -1 }, { retries: Number.NaN }, { pauseMs: -1 }, { pauseMsMax: Number.POSITIVE_INFINITY }])(
    "refuses %o",
    async (options) => {
      const never = () => Promise.reject(new Error("was called"));
      await expect(retry(never, options)).rejects.toThrow(expect.objectContaining({ code: "BAD_ARGUMENTS" }));
    },
  );

  it("takes only errors of this package for transient", () => {
    expect(isTransient(lost())).toBe(true);
    expect(isTransient(new Error("lost"))).toBe(false);
    expect(isTransient(undefined)).toBe(false);
  });
});
