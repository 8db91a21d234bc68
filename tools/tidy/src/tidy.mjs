/**
 * `pnpm tidy`: runs this repository's own checks (`checks.mjs`) and sees that generated files are what their
 * generators make. Prints every complaint, then fails if there was one.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { documentsHold, importDirection, manifests, mapNamesAll } from "./checks.mjs";

/** @import { Manifest, Member } from "./checks.mjs" */

const root = fileURLToPath(new URL("../../..", import.meta.url));
const SKIPPED = new Set(["node_modules", "dist", "temp", "coverage", "rookery-data", ".cache", ".git", ".turbo"]);

const members = ["packages", "apps", "tools"]
  .flatMap((shelf) => readdirSync(join(root, shelf)).map((name) => `${shelf}/${name}`))
  .filter((folder) => existsSync(join(root, folder, "package.json")))
  .map(readMember);
/** @type {Manifest} */
const rootManifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const documents = new Map(
  [...files(root)]
    .filter((path) => path.endsWith(".md") && !path.startsWith(".changeset/") && !path.endsWith("CHANGELOG.md"))
    .map((path) => [path, readFileSync(join(root, path), "utf8")]),
);

const problems = [
  ...importDirection(members),
  ...manifests(members, rootManifest),
  ...mapNamesAll(members, text("ARCHITECTURE.md")),
  ...documentsHold(documents, (path) => existsSync(join(root, path)), rootManifest),
  ...generatedDrift(),
];
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "tidy" : `tidy: ${problems.length} to put right`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Runs every `generate` script; a file that changes was not what its generator makes. @returns {readonly string[]} */
function generatedDrift() {
  return members
    .filter(({ manifest }) => manifest.scripts?.generate !== undefined)
    .flatMap(({ folder }) => {
      const before = fingerprints(folder);
      try {
        execFileSync("pnpm", ["--silent", "run", "generate"], {
          cwd: join(root, folder),
          stdio: ["ignore", "ignore", 2],
        });
      } catch {
        return [`${folder}: its \`generate\` script failed; does it need \`pnpm build\`?`];
      }
      const after = fingerprints(folder);
      return [...new Set([...before.keys(), ...after.keys()])]
        .filter((path) => before.get(path) !== after.get(path))
        .map((path) => `${folder}/${path} was not what \`pnpm generate\` makes; it is now: commit it`);
    });
}

/** @param {string} folder @returns {ReadonlyMap<string, string>} */
function fingerprints(folder) {
  return new Map(
    [...files(join(root, folder))].map((path) => [
      path,
      createHash("sha256")
        .update(readFileSync(join(root, folder, path)))
        .digest("hex"),
    ]),
  );
}

/** @param {string} folder @returns {Member} */
function readMember(folder) {
  return {
    folder,
    manifest: JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")),
    readme: text(`${folder}/README.md`),
    sources: new Map(
      [...files(join(root, folder))]
        .filter((path) => /\.m?[tj]s$/.test(path))
        .map((path) => [path, readFileSync(join(root, folder, path), "utf8")]),
    ),
  };
}

/** @param {string} path @returns {string | undefined} */
function text(path) {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;
}

/** @param {string} top @param {string} [folder] @returns {Generator<string>} paths relative to `top` */
function* files(top, folder = top) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(top, path);
    else if (entry.isFile()) yield relative(top, path);
  }
}
