import { describe, expect, it } from "vitest";
import {
  documentsHold,
  importDirection,
  importsOf,
  type Manifest,
  type Member,
  manifests,
  mapNamesAll,
} from "./checks.mjs";

const ROOT: Manifest = {
  name: "root",
  license: "Apache-2.0",
  engines: { node: ">=20" },
  packageManager: "pnpm@10.0.0+sha512.ab",
};

function member(folder: string, sources: Record<string, string>, manifest: Partial<Manifest> = {}): Member {
  const short = folder.split("/")[1];
  return {
    folder,
    manifest: {
      name: `@rookery/${short}`,
      version: "1.0.0",
      description: "x",
      license: "Apache-2.0",
      type: "module",
      sideEffects: false,
      engines: { node: ">=20" },
      files: ["dist", "src"],
      exports: { ".": { "@rookery/source": "s", types: "t", default: "d" } },
      scripts: { build: "", types: "", api: "", publishable: "" },
      ...manifest,
    },
    readme: `# @rookery/${short}\n`,
    sources: new Map(Object.entries(sources)),
  };
}

describe("finding imports", () => {
  it("sees static, type, bare, dynamic and re-exported modules, with their lines", () => {
    const text = `import a from "a";
import type { B,
  C } from 'b';
import "c";
export { d } from "d";
export type { X } from "x";
const e = await import("e");
const f: import("f").F = 1;
`;
    expect(importsOf(text).map(({ from, line }) => `${from} ${line}`)).toEqual(
      ["a 1", "b 3", "c 4", "d 5", "x 6", "e 7", "f 8"], //
    );
  });

  it("takes no string after other words for an import", () => {
    expect(importsOf(`const s = "import"; f("x"); export const from = "y";\n`)).toEqual([]);
  });
});

describe("import direction", () => {
  const storage = member("packages/storage", {});
  const lmdb = member("packages/storage-lmdb", {});

  it("lets a package use what lies below it", () => {
    const tree = member("packages/tree", { "src/a.ts": `import { x } from "@rookery/storage/conformance";` });
    expect(importDirection([storage, tree])).toEqual([]);
  });

  it("refuses an import that points up or sideways", () => {
    const server = member("packages/server", { "src/a.ts": `\nimport { x } from "@rookery/storage-lmdb";` });
    expect(importDirection([storage, lmdb, server])).toEqual([
      "packages/server/src/a.ts:2: server may use consensus, tree, storage, protocol, not storage-lmdb",
    ]);
  });

  it("lets tests use what sources may not", () => {
    const server = member("packages/server", { "src/a.test.ts": `import { x } from "@rookery/storage-lmdb";` });
    expect(importDirection([lmdb, server])).toEqual([]);
  });

  it("refuses a relative path into another package", () => {
    const tree = member("packages/tree", { "src/a.ts": `import "../../storage/src/log.ts"; import "../x.ts";` });
    expect(importDirection([tree])).toEqual([
      "packages/tree/src/a.ts:1: ../../storage/src/log.ts leaves its package: import the package by name",
    ]);
  });

  it("asks for a rule when a package is new", () => {
    expect(importDirection([member("packages/nest", {})])).toEqual([
      "packages/nest: say in tools/tidy/src/checks.mjs which packages it may use",
    ]);
  });
});

describe("manifests", () => {
  it("are complete", () => {
    expect(manifests([member("packages/tree", {})], ROOT)).toEqual([]);
  });

  it("bring only dependencies that were agreed on, as ranges", () => {
    const server = member("packages/server", {}, { dependencies: { lodash: "^4.0.0", hono: "4.0.0" } });
    expect(manifests([server], ROOT)).toEqual([
      "packages/server/package.json: dependency lodash is not among those agreed on (tools/tidy/src/checks.mjs)",
      "packages/server/package.json: dependency hono must be a ^ range, so that users can share it",
    ]);
  });

  it("name the versions of Node that the root names", () => {
    expect(manifests([member("packages/tree", {}, { engines: { node: ">=18" } })], ROOT)).toEqual([
      'packages/tree/package.json: engines.node must be ">=20", as at the root',
    ]);
  });
});

describe("documents", () => {
  it("mention every folder on the map", () => {
    expect(mapNamesAll([member("packages/tree", {})], "packages/storage")).toEqual([
      "ARCHITECTURE.md does not mention packages/tree",
    ]);
  });

  it("link to what exists, and name the pnpm that is pinned", () => {
    const documents = new Map([["docs/a.md", "[x](../b.md#c) [y](https://z) [gone](no.md)\nnpx pnpm@9.1.0 start\n"]]);
    expect(documentsHold(documents, (path) => path === "b.md", ROOT)).toEqual([
      "docs/a.md: the link to no.md leads nowhere",
      "docs/a.md: says pnpm@9.1.0, but package.json pins pnpm@10.0.0",
    ]);
  });
});
