import { connect } from "@rookery/client";
import { startTestEnsemble, startTestServer } from "@rookery/server/testing";
import { describe, expect, it, vi } from "vitest";
import { type Programs, usePrograms } from "../support/processes.ts";
import { RateLimit } from "./rate-limit.ts";
import { PATH } from "./schema.ts";

describe("the example configuration", () => {
  const programs = usePrograms("configuration");

  it("obeys what is set without a restart, all of it at one moment", async () => {
    await using server = await startTestServer();
    const { service, url } = await serve(programs, server.connectString);
    expect(await (await fetch(url)).text()).toBe("Hello!\n");
    const words = ["set", "greeting=Good day!", 'headers={"x-colour":"green"}'];
    expect(await programs.start(server.connectString, ...words).ended).toMatchObject({ code: 0, problems: "" });
    await service.said('greeting was "Hello!", and is "Good day!" now.');
    const answer = await fetch(url);
    expect(await answer.text()).toBe("Good day!\n");
    expect(answer.headers.get("x-colour")).toBe("green");
    await programs.start(server.connectString, "set", "maintenance=true").ended;
    await service.said("maintenance was false, and is true now.");
    expect((await fetch(url)).status).toBe(503);
    await programs.start(server.connectString, "unset", "maintenance").ended;
    await service.said("maintenance was true, and is false now.");
    expect((await fetch(url)).status).toBe(200);
    expect(await service.end("SIGTERM")).toMatchObject({ code: 0, problems: "" });
  }, 20_000);

  it("does not store a value that is not allowed, nor what was to be stored with it", async () => {
    await using server = await startTestServer();
    const words = ["set", "greeting=Good day!", "requestsPerSecond=0"];
    const { code, problems } = await programs.start(server.connectString, ...words).ended;
    expect(code).toBe(1);
    expect(problems).toBe(
      "requestsPerSecond: 0 is less than 1; it must be an integer from 1 to 10000. Nothing was stored.\n",
    );
    await using client = await connect(server.connectString);
    expect(await client.exists(`${PATH}/greeting`)).toBeUndefined();
  });

  it("reports what others stored that is not allowed, and goes on with the last good value", async () => {
    await using server = await startTestServer();
    const { service, url } = await serve(programs, server.connectString);
    await programs.start(server.connectString, "set", "requestsPerSecond=50").ended;
    await service.said("requestsPerSecond was 100, and is 50 now.");
    await programs.start(server.connectString, "store", "requestsPerSecond=plenty").ended;
    await service.said(`Refused ${PATH}/requestsPerSecond: "plenty" is not an integer`);
    await service.said("50 still holds.");
    const status = JSON.parse(await (await fetch(`${url}/config`)).text());
    expect(status).toMatchObject({
      state: "live",
      values: { requestsPerSecond: 50 },
      problems: [{ name: "requestsPerSecond" }],
    });
    await programs.start(server.connectString, "set", "requestsPerSecond=60").ended;
    await service.said("requestsPerSecond was 50, and is 60 now.");
    expect(JSON.parse(await (await fetch(`${url}/config`)).text()).problems).toEqual([]);
  }, 20_000);

  it("begins with the default where what is stored is not allowed", async () => {
    await using server = await startTestServer();
    await programs.start(server.connectString, "store", "requestsPerSecond=plenty").ended;
    const { service, url } = await serve(programs, server.connectString);
    expect(service.output).toContain(`Refused ${PATH}/requestsPerSecond`);
    expect(service.output).toContain("requestsPerSecond is 100.");
    expect((await fetch(url)).status).toBe(200);
  });

  it("answers by what it knew while no server has a quorum, and catches up afterwards", async () => {
    await using ensemble = await startTestEnsemble({ servers: 3 });
    const { service, url } = await serve(programs, ensemble.connectString);
    await programs.start(ensemble.connectString, "set", "greeting=Good day!").ended;
    await service.said("greeting was");
    const [first, second] = ensemble.servers;
    await first?.kill();
    await second?.kill();
    await service.said("the connection broke");
    expect(await (await fetch(url)).text()).toBe("Good day!\n");
    expect(JSON.parse(await (await fetch(`${url}/config`)).text()).state).toBe("stale");
    await first?.start();
    await using client = await connect(ensemble.connectString);
    await client.set(`${PATH}/greeting`, "Good night!");
    await service.said('greeting was "Good day!", and is "Good night!" now.');
    await vi.waitFor(async () =>
      expect(JSON.parse(await (await fetch(`${url}/config`)).text())).toMatchObject({ state: "live" }),
    );
  }, 30_000);

  it("takes up what was changed while it was dead", async () => {
    await using server = await startTestServer();
    const { service } = await serve(programs, server.connectString);
    await service.end("SIGKILL");
    await programs.start(server.connectString, "set", "greeting=Good day!").ended;
    const { url } = await serve(programs, server.connectString);
    expect(await (await fetch(url)).text()).toBe("Good day!\n");
  });

  it("turns away what is above the rate, and obeys another rate at once", () => {
    const limit = new RateLimit(2, 0);
    expect([limit.take(0), limit.take(0), limit.take(0)]).toEqual([true, true, false]);
    expect([limit.take(500), limit.take(500)]).toEqual([true, false]);
    limit.change(100, 500);
    expect([limit.take(510), limit.take(510)]).toEqual([true, false]);
    limit.change(1, 2000);
    expect([limit.take(2000), limit.take(2000)]).toEqual([true, false]);
  });
});

async function serve(programs: Programs, connectString: string) {
  const service = programs.start(connectString, "serve", "--port", "0");
  const [, url] = await service.said(/listens on (\S+)\./);
  return { service, url: url as string };
}
