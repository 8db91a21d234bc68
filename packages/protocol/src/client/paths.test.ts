import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseName, joinPath, parentPath, pathProblem, sequenceSuffix } from "./paths.ts";

describe("pathProblem", () => {
  it.each(["/", "/a", "/a/b", "/a/...", "/a/.b", "/a/..b", "/a/b.", "/.../x", "/a b/c~", "/äöü/鴉"])(
    "accepts %j",
    (path) => {
      expect(pathProblem(path)).toBeUndefined();
    },
  );

  it.each([
    null,
    "",
    "a",
    "a/b",
    "//",
    "/a/",
    "//a",
    "/a//b",
    "/.",
    "/..",
    "/./a",
    "/../a",
    "/a/.",
    "/a/..",
    "/a/./b",
    "/a/../b",
  ])("refuses %j", (path) => {
    expect(pathProblem(path)).toMatch(/^The path .*\.$/);
  });

  it.each([0x20, 0x7e, 0xa0, 0xd7ff, 0xf900, 0xffef])("accepts code unit %d, the outer side of a boundary", (code) => {
    for (const path of around(code)) {
      expect(pathProblem(path)).toBeUndefined();
    }
  });

  it.each([0, 1, 0x1f, 0x7f, 0x80, 0x9f, 0xd800, 0xdfff, 0xe000, 0xf8ff, 0xfff0, 0xfffd, 0xffff])(
    "refuses code unit %d, the inner side of a boundary",
    (code) => {
      for (const path of around(code)) {
        expect(pathProblem(path)).toContain(`U+${code.toString(16).toUpperCase().padStart(4, "0")}`);
      }
    },
  );

  it("refuses characters beyond the basic plane", () => {
    expect(pathProblem("/a/🐦")).toContain("U+D83D at 3");
  });

  it("agrees with the rules written out, on any string", () => {
    const unit = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("/", ".", "a", "é") },
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 8 }), (units) => {
        const path = `/${units.join("")}`;
        expect(pathProblem(path) === undefined).toBe(followsTheRules(path));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("the parts of a path", () => {
  it("are its parent and its last name", () => {
    expect([parentPath("/a/b"), baseName("/a/b")]).toEqual(["/a", "b"]);
    expect([parentPath("/a"), baseName("/a")]).toEqual(["/", "a"]);
    expect([parentPath("/"), baseName("/")]).toEqual(["/", ""]);
  });

  it("join to the path again", () => {
    for (const path of ["/a", "/a/b", "/a/b/c"]) {
      expect(joinPath(parentPath(path), baseName(path))).toBe(path);
    }
  });
});

describe("sequenceSuffix", () => {
  it.each([
    [0, "0000000000"],
    [17, "0000000017"],
    [2 ** 31 - 1, "2147483647"],
    [2 ** 31, "-2147483648"],
    [-1, "-000000001"],
    [-(2 ** 31), "-2147483648"],
  ])("prints %d as C's %%010d of an int32 does", (n, suffix) => {
    expect(sequenceSuffix(n)).toBe(suffix);
  });
});

function around(code: number): string[] {
  const character = String.fromCharCode(code);
  return [`/${character}`, `/a${character}b/c`, `/a/b${character}`];
}

function followsTheRules(path: string): boolean {
  if (path === "/") {
    return true;
  }
  const components = path.slice(1).split("/");
  return (
    components.every((component) => component !== "" && component !== "." && component !== "..") &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
    !/[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/.test(path)
  );
}
