import { describe, expect, it } from "vitest";
import { availability } from "./availability.ts";
import type { Operation } from "./evidence.ts";

/** A write that was answered in 2 ms. */
function write(id: number, returned: number): Operation {
  const call = { type: "set", path: "/r", value: id, version: -1 } as const;
  const outcome = { type: "set", version: id, mzxid: id } as const;
  return { id, session: 0, server: 1, order: id, invoked: returned - 2, returned, zxid: id, call, outcome };
}

describe("availability", () => {
  const history = [10, 20, 30, 530, 540, 550, 560, 990].map((at, id) => write(id, at));

  it("is the longest time without an acknowledged write in a fault's time", () => {
    const [outage] = availability(history, [{ kind: "kill-leader", detail: "", from: 25, healed: 400 }], 600);
    expect(outage).toMatchObject({ kind: "kill-leader", times: 1, stopped: { median: 500, max: 500 } });
    expect(outage?.afterwards.max).toBe(130);
  });

  it("counts writes that never came back until the end of the load", () => {
    const [outage] = availability(history, [{ kind: "kill-all", detail: "", from: 565, healed: 570 }], 900);
    expect(outage?.stopped.max).toBe(335);
  });

  it("is summed up by kind of fault", () => {
    const span = (kind: string, from: number) => ({ kind, detail: "", from, healed: from + 5 });
    const outages = availability(history, [span("a", 12), span("a", 30), span("b", 535)], 600);
    expect(outages.map(({ kind, times, stopped }) => [kind, times, stopped.max])).toEqual([
      ["a", 2, 500],
      ["b", 1, 40],
    ]);
  });
});
