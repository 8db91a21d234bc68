import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { startTestEnsemble, startTestServer } from "@rookery/server/testing";
import { describe, expect, it } from "vitest";
import { type Programs, usePrograms } from "../support/processes.ts";
import { Account } from "./account.ts";

describe("the example transaction", () => {
  const programs = usePrograms("transaction");

  it("moves an amount from one account to the other", async () => {
    await using server = await startTestServer();
    await keepBoth(programs, server.connectString);
    expect(await programs.start(server.connectString, "transfer", "anna", "ben", "30").ended).toMatchObject({
      code: 0,
      problems: "",
    });
    expect(balances(programs)).toEqual({ anna: 70, ben: 130, pending: [] });
    expect((await programs.start(server.connectString, "list").ended).output).toContain("There are no transfers");
  }, 20_000);

  it("changes neither account when there is not enough", async () => {
    await using server = await startTestServer();
    const [anna] = await keepBoth(programs, server.connectString);
    const { code, output, problems } = await programs.start(server.connectString, "transfer", "anna", "ben", "101")
      .ended;
    expect(code).toBe(1);
    expect(output).toContain("anna abort");
    expect(problems).toContain("called off: no account has changed");
    await anna.said("101 is more than the 100 there is");
    expect(balances(programs)).toEqual({ anna: 100, ben: 100, pending: [] });
  }, 20_000);

  it("does not spend twice what is set aside for a transfer that is not decided", async () => {
    await using server = await startTestServer();
    const [anna] = await keepBoth(programs, server.connectString, "ben");
    const words = ["--hold", "begun", "--decision-timeout-ms", "600000"];
    programs.start(server.connectString, "transfer", "anna", "cleo", "60", ...words);
    await anna.said("holds 100, of which 40 can be spent");
    expect((await programs.start(server.connectString, "transfer", "anna", "ben", "60").ended).code).toBe(1);
    expect((await programs.start(server.connectString, "transfer", "anna", "ben", "40").ended).code).toBe(0);
    expect(balances(programs)).toMatchObject({ anna: 60, ben: 140 });
  }, 20_000);

  it("is recovered by anybody when its coordinator is killed between the votes and the decision", async () => {
    await using server = await startTestServer();
    const both = await keepBoth(programs, server.connectString);
    const words = ["--hold", "begun", "--decision-timeout-ms", "600000"];
    const coordinator = programs.start(server.connectString, "transfer", "anna", "ben", "30", ...words);
    for (const account of both) await account.said("is prepared");
    await coordinator.end("SIGKILL");
    expect(balances(programs)).toMatchObject({ anna: 100, ben: 100 });
    await untilBothVoted(programs, server.connectString);
    const { output } = await programs.start(server.connectString, "recover").ended;
    expect(output).toMatch(/: committed\.$/m);
    for (const account of both) await account.said("done");
    expect(balances(programs)).toEqual({ anna: 70, ben: 130, pending: [] });
    const again = await programs.start(server.connectString, "recover", "--keep-ms", "0").ended;
    expect(again.output).toMatch(/: (forgotten|unfinished)\.$/m);
  }, 30_000);

  it("is decided by the accounts themselves when its time is over and nobody recovers it", async () => {
    await using server = await startTestServer();
    const both = await keepBoth(programs, server.connectString);
    const words = ["--hold", "begun", "--decision-timeout-ms", "1000"];
    const coordinator = programs.start(server.connectString, "transfer", "anna", "ben", "30", ...words);
    await coordinator.said("begun");
    await coordinator.end("SIGKILL");
    for (const account of both) await account.said("done");
    expect(balances(programs)).toEqual({ anna: 70, ben: 130, pending: [] });
  }, 20_000);

  it("is called off when its time is over before an account could vote, and the other gets back what it set aside", async () => {
    await using server = await startTestServer();
    const anna = await keep(programs, server.connectString, "anna");
    const words = ["--hold", "begun", "--decision-timeout-ms", "1000"];
    const coordinator = programs.start(server.connectString, "transfer", "anna", "ben", "30", ...words);
    await coordinator.said("begun");
    await coordinator.end("SIGKILL");
    await anna.said("called off; holds 100, of which 100 can be spent");
    // Who comes later learns of it, and changes nothing.
    await keep(programs, server.connectString, "ben");
    expect(balances(programs)).toEqual({ anna: 100, ben: 100, pending: [] });
  }, 20_000);

  it("is carried out once by an account that was killed after its vote", async () => {
    await using server = await startTestServer();
    const [anna, ben] = await keepBoth(programs, server.connectString);
    const words = ["--hold", "begun", "--decision-timeout-ms", "600000"];
    programs.start(server.connectString, "transfer", "anna", "ben", "30", ...words);
    await ben.said("is prepared");
    await untilBothVoted(programs, server.connectString);
    await ben.end("SIGKILL");
    await programs.start(server.connectString, "recover").ended;
    expect(balances(programs)).toMatchObject({ ben: 100 });
    const again = programs.start(server.connectString, "account", "ben", ...FAST);
    await again.said(/which holds 100\. Not decided yet/);
    await again.said("done; holds 130");
    await anna.said("done; holds 70");
    expect(balances(programs)).toMatchObject({ anna: 70, ben: 130 });
  }, 30_000);

  it("goes through though the leader of the servers dies in the middle", async () => {
    await using ensemble = await startTestEnsemble({ servers: 3 });
    const both = await keepBoth(programs, ensemble.connectString);
    const words = ["--hold", "begun", "--decision-timeout-ms", "600000"];
    const coordinator = programs.start(ensemble.connectString, "transfer", "anna", "ben", "30", ...words);
    for (const account of both) await account.said("is prepared");
    await untilBothVoted(programs, ensemble.connectString);
    await (await ensemble.leader()).kill();
    await coordinator.end("SIGKILL");
    await programs.start(ensemble.connectString, "recover").ended;
    for (const account of both) await account.said("done");
    expect(balances(programs)).toEqual({ anna: 70, ben: 130, pending: [] });
  }, 30_000);

  it("leaves an account to one process at a time", async () => {
    await using server = await startTestServer();
    const first = await keep(programs, server.connectString, "anna");
    const second = programs.start(server.connectString, "account", "anna", ...FAST);
    await second.said("waiting for my turn");
    expect(second.output).not.toContain("keeping");
    expect(await first.end("SIGTERM")).toMatchObject({ code: 0, problems: "" });
    await second.said("keeping anna.jsonl");
  }, 20_000);
});

/** What was killed is given up soon. */
const FAST = ["--session-timeout-ms", "400"];

async function keep(programs: Programs, connectString: string, name: string) {
  const account = programs.start(connectString, "account", name, ...FAST);
  await account.said("keeping");
  return account;
}

async function keepBoth(programs: Programs, connectString: string, other = "ben") {
  return Promise.all([keep(programs, connectString, "anna"), keep(programs, connectString, other)]);
}

/** An account says that it has prepared just before it votes. */
async function untilBothVoted(programs: Programs, connectString: string): Promise<void> {
  for (;;) {
    const { output } = await programs.start(connectString, "list").ended;
    if (output.match(/voted commit/g)?.length === 2) return;
  }
}

/** As the files have it; by copies, since a process may be writing. */
function balances({ folder }: Programs) {
  for (const name of ["anna", "ben"]) copyFileSync(join(folder, `${name}.jsonl`), join(folder, `${name}.copy`));
  using anna = new Account(join(folder, "anna.copy"), 0);
  using ben = new Account(join(folder, "ben.copy"), 0);
  return { anna: anna.balance, ben: ben.balance, pending: [...anna.pending, ...ben.pending] };
}
