import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeProperties, parseProperties } from "./properties.ts";

function read(text: string): Record<string, string> {
  return Object.fromEntries(parseProperties(text).entries.map(({ key, value }) => [key, value]));
}

describe("the properties format", () => {
  it("reads keys separated from values by =, : or blanks", () => {
    expect(read("a=1\nb: 2\nc 3\nd\t=\t4\ne  :  = 5\nf")).toEqual({ a: "1", b: "2", c: "3", d: "4", e: "= 5", f: "" });
  });

  it("skips comments and blank lines, whatever ends a line", () => {
    expect(read("# a=1\r\n  ! b=2\r\r\n \t\f\n  c=3\rd=4")).toEqual({ c: "3", d: "4" });
  });

  it("keeps # and ! inside a value", () => {
    expect(read("a=1 # no comment")).toEqual({ a: "1 # no comment" });
  });

  it("joins a line that ends in an odd number of backslashes with the next, without its indentation", () => {
    expect(read("a=one,\\\n    two\\\\\nb=\\\r\n # three")).toEqual({ a: "one,two\\", b: "# three" });
  });

  it("undoes escapes and drops other backslashes", () => {
    expect(read("a\\ b\\=c=\\t\\n\\u0041\\q")).toEqual({ "a b=c": "\t\nAq" });
  });

  it("lets the later of two equal keys count", () => {
    expect(read("a=1\na=2")).toEqual({ a: "2" });
  });

  it("knows where each entry began", () => {
    expect(parseProperties("\n# x\na=1\\\n  2\r\nb=3").entries.map(({ key, line }) => [key, line])).toEqual([
      ["a", 3],
      ["b", 5],
    ]);
  });

  it("reports a broken \\u with its line and reads on", () => {
    const { entries, problems } = parseProperties("a=1\ndataDir=C:\\users\nb=2");
    expect(entries.map(({ key }) => key)).toEqual(["a", "b"]);
    expect(problems).toEqual([
      { line: 2, message: "\\u must be followed by four hexadecimal digits (a plain backslash is \\\\)" },
    ]);
  });

  it("is UTF-8, or else ISO-8859-1", () => {
    expect(decodeProperties(Buffer.from("dataDir=/dät"))).toBe("dataDir=/dät");
    expect(decodeProperties(Buffer.from("dataDir=/dät", "latin1"))).toBe("dataDir=/dät");
  });
});

const java = hasJava();

describe(java ? "beside java.util.Properties" : "beside java.util.Properties (skipped: no JDK on PATH)", () => {
  it.skipIf(!java)("reads the same entries from the same text, and refuses the same texts", { timeout: 60_000 }, () => {
    // Alphabet of everything the format gives a meaning to; the seed is fixed so that a failure repeats.
    const piece = fc.constantFrom(..."ab=: \t\f\n\r\\#!u0Gé", "\\\n", "\r\n", "\\u0041", "\n ", "a=b\n");
    const arbitrary = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(""));
    const texts = fc.sample(arbitrary, { numRuns: 20_000, seed: 1 });
    const theirs = javaReads(texts);
    for (const [index, text] of texts.entries()) {
      const { problems } = parseProperties(text);
      const ours = problems.length > 0 ? "malformed" : encodeEntries(read(text));
      if (ours !== theirs[index]) expect({ text, entries: ours }).toEqual({ text, entries: theirs[index] });
    }
  });
});

/** One line a text: its entries sorted by key, each half in base64, or "malformed". */
function javaReads(texts: readonly string[]): readonly string[] {
  const program = fileURLToPath(new URL("../test/PropertiesEntries.java", import.meta.url));
  const input = texts.map((text) => Buffer.from(text).toString("base64")).join("\n");
  const output = execFileSync("java", [program], { input: `${input}\n`, maxBuffer: 1 << 26 }).toString();
  return output.split("\n").slice(0, texts.length);
}

function encodeEntries(entries: Record<string, string>): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return Object.entries(entries)
    .map(([key, value]) => `${base64(key)}=${base64(value)}`)
    .sort()
    .join(",");
}

function hasJava(): boolean {
  try {
    const modules = execFileSync("java", ["--list-modules"], { stdio: ["ignore", "pipe", "ignore"] });
    return modules.toString().includes("jdk.compiler");
  } catch {
    return false;
  }
}
