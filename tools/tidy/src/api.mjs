/**
 * Keeps a package's public surface in `api/*.api.md`, one file an entry point, so that a change of it is a diff
 * someone reviews. Run in a package's folder after its build: without arguments it fails when the declarations no
 * longer match the reports; with `--update` it rewrites them. Left to others: whether the change is a good one.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";

/** @typedef {{ readonly name: string, readonly exports: Readonly<Record<string, { readonly types: string }>> }} Manifest */

/** What a user of the package compiles with: no condition of ours, so that siblings are read as they are published. */
const compilerOptions = {
  target: "ES2022",
  lib: ["ES2023", "ESNext.Disposable"],
  module: "NodeNext",
  moduleResolution: "NodeNext",
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};
const folder = process.cwd();
const update = process.argv.includes("--update");
const base = fileURLToPath(new URL("../../../api-extractor.base.json", import.meta.url));
/** @type {Manifest} */
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

mkdirSync(join(folder, "api"), { recursive: true });
const reports = Object.entries(manifest.exports).map(([entry, { types }]) => ({
  file: reportName(basename(folder), entry),
  types: join(folder, types),
}));
const stale = readdirSync(join(folder, "api")).filter((name) => !reports.some(({ file }) => file === name));
let failed = false;
for (const name of stale) {
  if (update) rmSync(join(folder, "api", name));
  else failed = complain(`api/${name} belongs to no entry point of package.json`);
}
for (const { file, types } of reports) if (!report(file, types)) failed = true;
if (failed) process.exit(1);

/** Compares, or writes, one report. @param {string} file @param {string} types @returns {boolean} whether it is right now */
function report(file, types) {
  if (!existsSync(types)) return !complain(`${types} is missing: run \`pnpm build\` first`);
  const { $schema: _, ...shared } = JSON.parse(readFileSync(base, "utf8"));
  const config = ExtractorConfig.prepare({
    configObject: {
      ...shared,
      projectFolder: folder,
      mainEntryPointFilePath: types,
      compiler: { overrideTsconfig: { compilerOptions, files: [types] } },
      apiReport: {
        ...shared.apiReport,
        enabled: true,
        reportFileName: file,
        reportFolder: join(folder, "api"),
        reportTempFolder: join(folder, "temp"),
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, "package.json"),
  });
  const result = Extractor.invoke(config, {
    localBuild: update,
    messageCallback(message) {
      // What it says of its own doings is said better below; what it says of the code is left to speak.
      if (message.messageId.startsWith("console-")) message.handled = true;
    },
  });
  if (result.succeeded || (update && result.errorCount === 0)) return true;
  if (result.apiReportChanged) {
    return !complain(
      `api/${file} no longer matches the declarations: if that is meant, run \`pnpm api:update\` and commit it`,
    );
  }
  return false;
}

/** @param {string} name @param {string} entry */
function reportName(name, entry) {
  return entry === "." ? `${name}.api.md` : `${name}-${entry.slice(2).replaceAll("/", "-")}.api.md`;
}

/** @param {string} problem @returns {true} */
function complain(problem) {
  console.error(`${manifest.name}: ${problem}`);
  return true;
}
