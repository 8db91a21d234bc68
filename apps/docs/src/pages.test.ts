import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const PAGES = new URL("../pages/", import.meta.url);
const CASE = new URL("case-of-five.md", PAGES);
const PICTURE = new URL("case-of-five.svg", PAGES);
const TRANSCRIPT = new URL("../../../packages/consensus/test/transcripts/case-of-five.txt", import.meta.url);
const UPDATE = process.env.UPDATE_TRANSCRIPTS !== undefined;

const pages = readdirSync(PAGES).filter((name) => name.endsWith(".md"));

/** Every link and picture of a page, without what follows `#`. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]*)(?:#[^)\s]*)?\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => link !== "");
}

/** What was done and what came of it, by the number of the step. */
function stepsOf(transcript: string): Map<string, string> {
  const steps = new Map<string, string[]>();
  let step = "";
  for (const block of transcript.trim().split("\n\n")) {
    const number = /^# (\d+)\. /.exec(block)?.[1];
    if (number !== undefined) step = number;
    if (step === "" || block.startsWith("#")) continue;
    steps.set(step, [...(steps.get(step) ?? []), block]);
  }
  return new Map([...steps].map(([number, blocks]) => [number, blocks.join("\n\n")]));
}

/** The page with each step of the transcript in its place. */
function embed(page: string, steps: ReadonlyMap<string, string>): string {
  return page.replace(/<!-- transcript: (\d+) -->\n(?:\n```text\n[^`]*```\n)?/g, (_, number: string) => {
    const step = steps.get(number);
    if (step === undefined) throw new Error(`the transcript has no step ${number}`);
    return `<!-- transcript: ${number} -->\n\n\`\`\`text\n${step}\n\`\`\`\n`;
  });
}

describe("the pages", () => {
  for (const page of pages) {
    it(`${page} has only links that lead somewhere`, () => {
      const links = linksOf(readFileSync(new URL(page, PAGES), "utf8")).filter((link) => !/^[a-z]+:/.test(link));
      expect(links.filter((link) => !existsSync(new URL(link, PAGES)))).toEqual([]);
    });
  }

  it("every page can be reached from the index", () => {
    const reached = new Set<string>();
    const visit = (page: string): void => {
      if (reached.has(page)) return;
      reached.add(page);
      for (const link of linksOf(readFileSync(new URL(page, PAGES), "utf8"))) if (pages.includes(link)) visit(link);
    };
    visit("index.md");
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});

describe("the case of five", () => {
  const transcript = readFileSync(TRANSCRIPT, "utf8");

  it("shows every step of the transcript, as the test has it", () => {
    const written = readFileSync(CASE, "utf8");
    const steps = stepsOf(transcript);
    const embedded = embed(written, steps);
    if (UPDATE) writeFileSync(CASE, embedded);
    else expect(written).toBe(embedded);
    const shown = [...embedded.matchAll(/<!-- transcript: (\d+) -->/g)].map(([, number]) => number);
    expect(shown).toEqual([...steps.keys()]);
  });

  it("draws and tells the times of the transcript", () => {
    const timeOf = (line: string): string => {
      const lines = transcript.split("\n");
      const at = lines.findIndex((text) => text.includes(line));
      const timed = lines.slice(0, at + 1).findLast((text) => /^ *\d+\.\d{3} /.test(text));
      return /\d+\.\d{3}/.exec(timed ?? "")?.[0] ?? `there is no "${line}"`;
    };
    const times = new Map([
      ["cut", timeOf('writes "lost"')],
      ["silent", timeOf("4 leaves: the leader is silent")],
      ["leads", timeOf("4 serves clients, leading in epoch 3")],
      ["steps", timeOf("0 leaves: no quorum is heard")],
      ["back", timeOf("0 serves clients, following in epoch 3")],
    ]);
    const picture = readFileSync(PICTURE, "utf8");
    const drawn = picture.replace(/(data-time="(\w+)">)[\d.]+/g, (_, before: string, name: string) => {
      const time = times.get(name) ?? `there is no time ${name}`;
      times.delete(name);
      return `${before}${time}`;
    });
    if (UPDATE) writeFileSync(PICTURE, drawn);
    else expect(picture).toBe(drawn);
    expect([...times.keys()]).toEqual([]);
    const page = readFileSync(CASE, "utf8")
      .split("<!--")
      .map((part) => part.replace(/```[\s\S]*```/, ""))
      .join("");
    for (const line of ["4 leaves: the leader is silent", "0 leaves: no quorum is heard"])
      expect(page).toContain(timeOf(line));
  });
});
