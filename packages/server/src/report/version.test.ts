import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PACKAGE_VERSION, VERSION } from "./version.ts";

it("names the version of this package", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(PACKAGE_VERSION).toBe(manifest.version);
});

it("is understood by go-zookeeper and kazoo", () => {
  // go-zookeeper, flw.go
  expect(VERSION).toMatch(/^[A-Za-z0-9.-]+, built on (\d\d\/\d\d\/\d{4}|\d{4}-\d\d-\d\d) \d\d:\d\d [A-Za-z0-9:+-]+$/);
  // kazoo, client.py: server_version compares these numbers.
  expect(/^\d+(\.\d+)*/.exec(VERSION)?.[0]).toBe("3.9.5");
});
