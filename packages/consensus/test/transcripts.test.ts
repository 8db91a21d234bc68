/**
 * What cores say to each other, as text: `transcripts/*.txt`. With `UPDATE_TRANSCRIPTS=1` they are written anew, to be
 * reviewed as a diff.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rerun } from "./script.ts";

const FOLDER = new URL("./transcripts/", import.meta.url);
const UPDATE = process.env.UPDATE_TRANSCRIPTS !== undefined;

describe("the transcript", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".txt"))) {
    it(`${file} is what the cores say`, () => {
      const path = new URL(file, FOLDER);
      const written = readFileSync(path, "utf8");
      const now = rerun(written);
      if (UPDATE) writeFileSync(path, now);
      else expect(now).toBe(written);
    });
  }
});
