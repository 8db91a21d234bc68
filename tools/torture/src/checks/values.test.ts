import { describe, expect, it } from "vitest";
import type { Evidence } from "../evidence.ts";
import { Histories } from "./histories.ts";
import { checkValues } from "./values.ts";

describe("the replay by zxid", () => {
  it("accepts a write without a reply that happened, and one that did not", () => {
    const history = new Histories();
    history.create([0, 1], 1);
    const happened = history.set([2], 0, 0);
    history.set([3], 0, 0);
    history.read([4, 5], 9, happened, 1, 8);
    expect(messages(history.evidence)).toEqual([]);
  });

  it("reports a write without a reply that showed and then was gone", () => {
    const history = new Histories();
    const created = history.create([0, 1], 1);
    const shown = history.set([2], 0, 0);
    history.read([4, 5], 9, shown, 1, 8);
    const gone = history.read([6, 7], 10, created, 0, 1);
    expect(culprits(history.evidence)).toEqual([gone]);
  });

  it("reports a write that shows before it was sent", () => {
    const history = new Histories();
    history.create([0, 1], 1);
    const reader = history.read([2, 3], 9, 2, 1, 8);
    history.set([4], 0, 0);
    expect(culprits(history.evidence)).toEqual([reader]);
  });

  it("reports a version that skips one although all writes were answered", () => {
    const history = new Histories();
    history.create([0, 1], 1);
    history.set([2, 3], 2, 2);
    expect(messages(history.evidence)).toHaveLength(1);
  });

  it("fills a skipped version with a write without a reply, but only once", () => {
    const once = new Histories();
    once.create([0, 1], 1);
    once.set([2], 0, 0);
    once.set([3, 4], 3, 2);
    expect(messages(once.evidence)).toEqual([]);
    const twice = new Histories();
    twice.create([0, 1], 1);
    twice.set([2], 0, 0);
    twice.set([3, 4], 3, 3);
    expect(messages(twice.evidence)).toHaveLength(1);
  });

  it("explains an absent znode by a delete without a reply, and only by one", () => {
    const history = new Histories();
    history.create([0, 1], 1);
    history.readAbsent([2, 3], 2);
    expect(messages(history.evidence)).toHaveLength(1);
    const deleted = new Histories();
    deleted.create([0, 1], 1);
    deleted.delete([1], 0);
    deleted.readAbsent([2, 3], 3);
    expect(messages(deleted.evidence)).toEqual([]);
  });

  it("reports a conditional write that passed on another version, and one refused on the right one", () => {
    const passed = new Histories();
    passed.create([0, 1], 1);
    passed.set([2, 3], 2, 1, 7);
    expect(messages(passed.evidence)).toHaveLength(1);
    const refused = new Histories();
    refused.create([0, 1], 1);
    refused.refusedSet([2, 3], 2, 0, "BADVERSION");
    expect(messages(refused.evidence)).toHaveLength(1);
  });

  it("reports a read whose mzxid is not that of the write it shows", () => {
    const history = new Histories();
    history.create([0, 1], 1);
    const value = history.set([2, 3], 2, 1);
    history.read([4, 5], 5, value, 1, 4);
    expect(messages(history.evidence)).toHaveLength(1);
  });

  it("is not slowed down by an outage's many writes without a reply", () => {
    const history = new Histories();
    history.create([0, 1], 1);
    for (let i = 0; i < 200; i++) history.set([2], 0, 0);
    history.set([3, 4], 500, 101);
    const { violations, undecided } = checkValues(history.evidence);
    expect({ violations, undecided }).toEqual({ violations: [], undecided: 0 });
  });
});

function messages(evidence: Evidence): string[] {
  return checkValues(evidence).violations.map(({ message }) => message);
}

/** The operations that could not be explained. */
function culprits(evidence: Evidence): (number | undefined)[] {
  return checkValues(evidence).violations.map(({ operations }) => operations.at(-1)?.id);
}
