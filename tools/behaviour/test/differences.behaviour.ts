/** That the list of differences for users is the table of differences the tests use. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DIFFERENCES, type Difference, renderDifferences } from "../src/differences.ts";

const tests = readdirSync(import.meta.dirname)
  .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"))
  .join("");

describe("the differences", () => {
  test("DIFFERENCES.md says what the table says (run with -u to write it)", async () => {
    await expect(renderDifferences()).toMatchFileSnapshot("../DIFFERENCES.md");
  });

  test("each is shown by a test, or says why it cannot be", () => {
    for (const [id, difference] of Object.entries<Difference>(DIFFERENCES)) {
      expect(tests.includes(`differs("${id}"`), id).toBe(difference.untested === undefined);
    }
  });
});
