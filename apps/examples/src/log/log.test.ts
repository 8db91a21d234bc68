import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "@rookery/client";
import { Log } from "@rookery/recipes";
import { startTestEnsemble, startTestServer } from "@rookery/server/testing";
import { describe, expect, it } from "vitest";
import { type Programs, usePrograms } from "../support/processes.ts";
import { type Line, PATH } from "./entry.ts";

const LINES = 60;

describe("the example log", () => {
  const programs = usePrograms("log");

  it("gives every reader the same entries in the same order, with each writer's lines in theirs", async () => {
    await using server = await startTestServer();
    const names = ["w1", "w2", "w3"];
    const readers = ["r1", "r2"].map((name) => programs.start(server.connectString, "read", name));
    const writers = names.map((name) => programs.start(server.connectString, ...writing(programs, name)));
    for (const { ended } of writers) expect(await ended).toMatchObject({ code: 0, problems: "" });
    for (const reader of readers) await reader.said(new RegExp(`^${3 * LINES - 1} `, "m"));
    const [first, second] = ["r1", "r2"].map((name) => copyOf(programs, name));
    expect(first).toEqual(second);
    expectAllOnce(first, names);
    for (const reader of readers) expect(await reader.end("SIGTERM")).toMatchObject({ code: 0, problems: "" });
  }, 30_000);

  it("has every line once though a writer is killed in the middle and started again", async () => {
    await using server = await startTestServer();
    const reader = programs.start(server.connectString, "read", "r1");
    const words = writing(programs, "w1");
    const killed = programs.start(server.connectString, ...words, "--every-ms", "10");
    await killed.said("w1: line 20");
    await killed.end("SIGKILL");
    const again = programs.start(server.connectString, ...words);
    const [, there] = await again.said(/(\d+) lines are in the log/);
    expect(Number(there)).toBeGreaterThan(20);
    expect(Number(there)).toBeLessThan(LINES);
    expect((await again.ended).code).toBe(0);
    await reader.said(`${LINES - 1} w1: line ${LINES - 1}`);
    expectAllOnce(copyOf(programs, "r1"), ["w1"]);
    // Once more, and nothing is appended.
    expect((await programs.start(server.connectString, ...words).ended).code).toBe(0);
    await using client = await connect(server.connectString);
    expect((await new Log(client, PATH).bounds({ sync: true })).next).toBe(LINES);
  }, 30_000);

  it("is copied without holes and repetitions by a reader that is killed and started again", async () => {
    await using server = await startTestServer();
    const killed = programs.start(server.connectString, "read", "r1");
    const writer = programs.start(server.connectString, ...writing(programs, "w1"), "--every-ms", "10");
    await killed.said("w1: line 10");
    await killed.end("SIGKILL");
    // As a crash in the middle of a line would leave it.
    appendFileSync(join(programs.folder, "r1.jsonl"), '{"position":9');
    expect((await writer.ended).code).toBe(0);
    const again = programs.start(server.connectString, "read", "r1");
    const [, from] = await again.said(/from entry (\d+)/);
    expect(Number(from)).toBeGreaterThan(10);
    await again.said(`${LINES - 1} w1: line ${LINES - 1}`);
    expectAllOnce(copyOf(programs, "r1"), ["w1"]);
  }, 30_000);

  it("loses and repeats nothing when the leader of the servers dies", async () => {
    await using ensemble = await startTestEnsemble({ servers: 3 });
    const names = ["w1", "w2"];
    const reader = programs.start(ensemble.connectString, "read", "r1");
    const writers = names.map((name) =>
      programs.start(ensemble.connectString, ...writing(programs, name), "--every-ms", "10"),
    );
    await reader.said("w1: line 10");
    await (await ensemble.leader()).kill();
    for (const { ended } of writers) expect(await ended).toMatchObject({ code: 0, problems: "" });
    await reader.said(new RegExp(`^${2 * LINES - 1} `, "m"));
    expectAllOnce(copyOf(programs, "r1"), names);
  }, 30_000);

  it("takes lines from standard input, behind those that the writer wrote before", async () => {
    await using server = await startTestServer();
    for (const text of ["one", "two"]) {
      const writer = programs.start(server.connectString, "write", "w1");
      writer.type(`${text}\n`);
      await writer.said(`w1: ${text}`);
      expect(await writer.end("SIGINT")).toMatchObject({ code: 0, problems: "" });
    }
    const reader = programs.start(server.connectString, "read", "r1");
    await reader.said("1 w1: two");
    expect(copyOf(programs, "r1").map(({ text }) => text)).toEqual(["one", "two"]);
  });

  it("tells a reader what was removed before it came to it, and goes on when told to", async () => {
    await using server = await startTestServer();
    await using client = await connect(server.connectString);
    const log = new Log<Line>(client, PATH);
    const append = (count: number) => log.appendAll(Array.from({ length: count }, () => ({ writer: "w1", text: "x" })));
    await append(3);
    const reader = programs.start(server.connectString, "read", "r1");
    await reader.said("2 w1: x");
    await reader.end("SIGKILL");
    await append(7);
    await log.truncateBefore(8);
    const refused = await programs.start(server.connectString, "read", "r1").ended;
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("entries 3 to 7 have been removed");
    expect(refused.problems).toContain("Go on without them with --skip-removed.");
    await programs.start(server.connectString, "read", "r1", "--skip-removed").said("9 w1: x");
    expect(copyOf(programs, "r1").map(({ position }) => position)).toEqual([0, 1, 2, 8, 9]);
  }, 30_000);

  it("does not go on with the copy of another log", async () => {
    await using server = await startTestServer();
    writeFileSync(join(programs.folder, "r1.jsonl"), '{"position":7,"writer":"w1","text":"line 7"}\n');
    const { code, problems } = await programs.start(server.connectString, "read", "r1").ended;
    expect(code).toBe(1);
    expect(problems).toContain("it is the copy of another log");
  });

  it("does not go on with another file than the one that the writer began with", async () => {
    await using server = await startTestServer();
    const words = writing(programs, "w1");
    await programs.start(server.connectString, ...words).ended;
    writeFileSync(join(programs.folder, "w1.txt"), "another\n");
    const { code, problems } = await programs.start(server.connectString, ...words).ended;
    expect(code).toBe(1);
    expect(problems).toContain(`w1.txt has 1 line, and ${LINES} of w1 are in the log`);
  });

  it("says which file it cannot read", async () => {
    await using server = await startTestServer();
    const { code, problems } = await programs.start(server.connectString, "write", "w1", "--file", "none").ended;
    expect(code).toBe(1);
    expect(problems).toContain("no such file");
  });
});

/** The words that start a writer of a file of its own. */
function writing({ folder }: Programs, name: string): string[] {
  const file = join(folder, `${name}.txt`);
  writeFileSync(file, Array.from({ length: LINES }, (_, index) => `line ${index}\n`).join(""));
  return ["write", name, "--file", file];
}

interface Copied extends Line {
  readonly position: number;
}

function copyOf({ folder }: Programs, reader: string): Copied[] {
  const lines = readFileSync(join(folder, `${reader}.jsonl`), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}

function expectAllOnce(copy: readonly Copied[] | undefined, writers: readonly string[]): void {
  expect(copy?.map(({ position }) => position)).toEqual(Array.from({ length: writers.length * LINES }, (_, at) => at));
  for (const name of writers)
    expect(copy?.filter(({ writer }) => writer === name).map(({ text }) => text)).toEqual(
      Array.from({ length: LINES }, (_, index) => `line ${index}`),
    );
}
