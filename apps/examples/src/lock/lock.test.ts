import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startTestEnsemble, startTestServer } from "@rookery/server/testing";
import { describe, expect, it } from "vitest";
import { type Programs, usePrograms } from "../support/processes.ts";
import type { Invoice } from "./book.ts";

describe("the example lock", () => {
  const programs = usePrograms("lock");

  it("numbers invoices without gaps and without duplicates though several workers write them", async () => {
    await using server = await startTestServer();
    const book = await openBook(programs);
    const workers = ["anna", "ben", "cleo"].map((name) =>
      programs.start(server.connectString, "worker", name, "--book", book, "--invoices", "10", "--work-ms", "5"),
    );
    const ends = await Promise.all(workers.map(({ ended }) => ended));
    expect(ends.map(({ code, problems }) => ({ code, problems }))).toEqual(Array(3).fill({ code: 0, problems: "" }));
    const invoices = invoicesIn(programs);
    expect(invoices.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    // They took turns.
    expect(new Set(invoices.slice(0, 20).map(({ by }) => by)).size).toBeGreaterThan(1);
  }, 30_000);

  it("refuses what a holder writes that stood still while another one took over", async () => {
    await using server = await startTestServer();
    const book = await openBook(programs);
    const words = ["--book", book, "--invoices", "1", "--work-ms", "5", "--session-timeout-ms", "300"];
    const paused = programs.start(server.connectString, "worker", "paused", ...words, "--stall-ms", "4000");
    const [, first] = await paused.said(/has the lock, token (\d+)/);
    await paused.said("stands still");
    const other = programs.start(server.connectString, "worker", "other", ...words);
    const [, second] = await other.said(/has the lock, token (\d+)/);
    expect(Number(second)).toBeGreaterThan(Number(first));
    expect((await other.ended).code).toBe(0);
    expect(paused.output).not.toContain("too late");
    await paused.said("paused was too late, and the book refused it");
    // It takes the lock again, and does right.
    expect((await paused.ended).code).toBe(0);
    expect(invoicesIn(programs).map(({ number, by }) => ({ number, by }))).toEqual([
      { number: 1, by: "other" },
      { number: 2, by: "paused" },
    ]);
  }, 30_000);

  it("passes the lock on when its holder is killed", async () => {
    await using server = await startTestServer();
    const book = await openBook(programs);
    const words = ["--book", book, "--invoices", "1", "--session-timeout-ms", "300"];
    const holder = programs.start(server.connectString, "worker", "holder", ...words, "--work-ms", "600000");
    await holder.said("has the lock");
    const next = programs.start(server.connectString, "worker", "next", ...words, "--work-ms", "5");
    await holder.end("SIGKILL");
    await next.said("next has the lock");
    expect((await next.ended).code).toBe(0);
    expect(invoicesIn(programs).map(({ by }) => by)).toEqual(["next"]);
  }, 30_000);

  it("lets go at once when it is told to end", async () => {
    await using server = await startTestServer();
    const book = await openBook(programs);
    const words = ["--book", book, "--session-timeout-ms", "60000"];
    const holder = programs.start(server.connectString, "worker", "holder", ...words, "--work-ms", "600000");
    await holder.said("has the lock");
    const next = programs.start(server.connectString, "worker", "next", ...words, "--invoices", "1", "--work-ms", "5");
    expect(await holder.end("SIGTERM")).toMatchObject({ code: 0, problems: "" });
    expect((await next.ended).code).toBe(0);
  }, 30_000);

  it("goes on numbering when the leader of the servers dies", async () => {
    await using ensemble = await startTestEnsemble({ servers: 3 });
    const book = await openBook(programs);
    const words = ["--book", book, "--invoices", "15", "--work-ms", "20"];
    const workers = ["anna", "ben"].map((name) => programs.start(ensemble.connectString, "worker", name, ...words));
    await workers[0]?.said(/wrote invoice/);
    await workers[1]?.said(/wrote invoice/);
    await (await ensemble.leader()).kill();
    const ends = await Promise.all(workers.map(({ ended }) => ended));
    expect(ends.map(({ code, problems }) => ({ code, problems }))).toEqual(Array(2).fill({ code: 0, problems: "" }));
    expect(invoicesIn(programs).map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  }, 30_000);

  it("still refuses a stale token after the book was opened again", async () => {
    await using server = await startTestServer();
    const first = programs.start(server.connectString, "book", "--port", "0");
    const [, url] = await first.said(/open at (\S+)\./);
    expect((await fetch(`${url}/last`, { headers: { "fencing-token": "20" } })).status).toBe(200);
    await first.end("SIGKILL");
    const again = await openBook(programs);
    expect((await fetch(`${again}/last`, { headers: { "fencing-token": "19" } })).status).toBe(409);
    expect((await fetch(`${again}/last`, { headers: { "fencing-token": "20" } })).status).toBe(200);
  });

  it("says how to start the book where there is none", async () => {
    await using server = await startTestServer();
    const words = ["worker", "anna", "--book", "http://127.0.0.1:1"];
    const { code, problems } = await programs.start(server.connectString, ...words).ended;
    expect(code).toBe(1);
    expect(problems).toContain("Start it with: node dist/lock/main.js book");
  });
});

async function openBook(programs: Programs): Promise<string> {
  const [, url] = await programs.start("", "book", "--port", "0").said(/open at (\S+)\./);
  return url as string;
}

function invoicesIn({ folder }: Programs): Invoice[] {
  const lines = readFileSync(join(folder, "invoices.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line)).filter(({ number }) => number !== undefined);
}
