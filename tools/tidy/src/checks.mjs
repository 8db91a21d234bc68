/**
 * The rules this repository has that no tool knows: who may import whom, what a manifest must say, what the map must
 * name. Each check takes what was read and returns its complaints; reading and running are `tidy.mjs`'s.
 */

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} [version]
 * @property {boolean} [private]
 * @property {string} [description]
 * @property {string} [license]
 * @property {string} [type]
 * @property {unknown} [sideEffects]
 * @property {{ readonly node?: string }} [engines]
 * @property {readonly string[]} [files]
 * @property {string} [packageManager]
 * @property {Readonly<Record<string, unknown>>} [bin]
 * @property {Readonly<Record<string, Readonly<Record<string, string>>>>} [exports]
 * @property {Readonly<Record<string, string>>} [scripts]
 * @property {Readonly<Record<string, string>>} [dependencies]
 * @property {Readonly<Record<string, string>>} [devDependencies]
 *
 * @typedef {object} Member one package, app or tool
 * @property {string} folder as `packages/tree`
 * @property {Manifest} manifest
 * @property {string | undefined} readme
 * @property {ReadonlyMap<string, string>} sources path within the folder → text, for .ts, .mts and .mjs
 */

/** Who may use whom (ARCHITECTURE.md, "The house"). Apps and tools stand on top and may use every package. */
const MAY_USE = new Map(
  Object.entries({
    protocol: [],
    consensus: [],
    storage: [],
    "storage-lmdb": ["storage"],
    tree: ["storage", "protocol"],
    server: ["consensus", "tree", "storage", "protocol"],
    client: ["protocol"],
    recipes: ["client"],
  }),
);

/** What published packages may bring with them. Each was weighed: a user installs and trusts all of it. */
const MAY_DEPEND_ON = new Map(
  Object.entries({
    protocol: ["long", "protobufjs"],
    "storage-lmdb": ["lmdb"],
    server: ["@hono/node-server", "hono", "prom-client"],
    rookery: ["commander", "picocolors", "pino", "zod"],
  }),
);

/** @typedef {{ readonly from: string, readonly line: number }} Import */

/** Every module a source names. Statements begin a line, as the formatter has it. @param {string} text @returns {readonly Import[]} */
export function importsOf(text) {
  const found = [];
  const pattern =
    /^\s*(?:import|export)\s(?:[\w*{}\s,$]+?\sfrom\s+)?["']([^"'\n]+)["']|\bimport\s*\(\s*["']([^"'\n]+)["']\s*\)/gm;
  for (const match of text.matchAll(pattern)) {
    const from = match[1] ?? match[2] ?? "";
    found.push({ from, line: text.slice(0, match.index + match[0].length).split("\n").length });
  }
  return found;
}

/** Imports point down, and reach a sibling only through its entry points. @param {readonly Member[]} members @returns {readonly string[]} */
export function importDirection(members) {
  const problems = [];
  const names = new Map(members.map((member) => [member.manifest.name, member]));
  for (const { folder, sources, manifest } of members) {
    const [shelf, name = ""] = folder.split("/");
    const allowed = shelf === "packages" ? MAY_USE.get(name) : undefined;
    if (shelf === "packages" && allowed === undefined) {
      problems.push(`${folder}: say in tools/tidy/src/checks.mjs which packages it may use`);
      continue;
    }
    for (const [path, text] of sources) {
      for (const { from, line } of importsOf(text)) {
        const where = `${folder}/${path}:${line}`;
        if (from.startsWith(".")) {
          if (leaves(path, from)) problems.push(`${where}: ${from} leaves its package: import the package by name`);
          continue;
        }
        const target = names.get(
          from
            .split("/")
            .slice(0, from.startsWith("@") ? 2 : 1)
            .join("/"),
        );
        if (target === undefined || target.manifest.name === manifest.name) continue;
        if (!target.folder.startsWith("packages/")) problems.push(`${where}: nothing may import ${target.folder}`);
        const short = target.folder.split("/")[1] ?? "";
        if (allowed !== undefined && !isTest(path) && !allowed.includes(short)) {
          const list = allowed.length === 0 ? "nothing of ours" : allowed.join(", ");
          problems.push(`${where}: ${name} may use ${list}, not ${short}`);
        }
      }
    }
  }
  return problems;
}

/** What every manifest must say. @param {readonly Member[]} members @param {Manifest} root @returns {readonly string[]} */
export function manifests(members, root) {
  const problems = [];
  const ours = new Set(members.map(({ manifest }) => manifest.name));
  for (const { folder, manifest, readme } of members) {
    const where = `${folder}/package.json`;
    /** @param {boolean} ok @param {string} problem */
    const must = (ok, problem) => {
      if (!ok) problems.push(`${where}: ${problem}`);
    };
    const short = folder.split("/")[1] ?? "";
    must((manifest.description ?? "") !== "", "description is missing");
    must(manifest.license === root.license, `license must be ${root.license}`);
    must(manifest.type === "module", 'type must be "module"');
    for (const [name, range] of Object.entries(manifest.devDependencies ?? {})) {
      must(
        range === "catalog:" || range.startsWith("workspace:"),
        `devDependency ${name}: put its version into pnpm-workspace.yaml and write "catalog:"`,
      );
    }
    if (manifest.private === true) continue;
    must(manifest.version !== undefined, "version is missing");
    must(manifest.engines?.node === root.engines?.node, `engines.node must be "${root.engines?.node}", as at the root`);
    must(
      (manifest.files ?? []).includes("dist") && (manifest.files ?? []).includes("src"),
      "files must hold dist and src",
    );
    must(manifest.exports === undefined || manifest.sideEffects === false, "sideEffects must be false");
    for (const script of ["build", "types", "publishable"]) {
      must(manifest.scripts?.[script] !== undefined, `script ${script} is missing`);
    }
    must(manifest.exports === undefined || manifest.scripts?.api !== undefined, "script api is missing");
    for (const [entry, conditions] of Object.entries(manifest.exports ?? {})) {
      must(
        Object.keys(conditions).join(" ") === "@rookery/source types default",
        `exports["${entry}"] must give @rookery/source, types, default, in that order`,
      );
    }
    const allowed = MAY_DEPEND_ON.get(short) ?? [];
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      if (ours.has(name)) {
        must(range === "workspace:^", `dependency ${name} must be "workspace:^"`);
      } else {
        must(allowed.includes(name), `dependency ${name} is not among those agreed on (tools/tidy/src/checks.mjs)`);
        must(range.startsWith("^"), `dependency ${name} must be a ^ range, so that users can share it`);
      }
    }
    if (readme === undefined) problems.push(`${folder}: README.md is missing`);
    else if (!readme.startsWith(`# ${manifest.name}\n`)) {
      problems.push(`${folder}/README.md: must open with "# ${manifest.name}"`);
    }
  }
  return problems;
}

/** The map names every folder there is. @param {readonly Member[]} members @param {string | undefined} map @returns {readonly string[]} */
export function mapNamesAll(members, map) {
  if (map === undefined) return ["ARCHITECTURE.md is missing"];
  return members
    .filter(({ folder }) => !map.includes(folder))
    .map(({ folder }) => `ARCHITECTURE.md does not mention ${folder}`);
}

/**
 * Links between our documents lead somewhere, and the pnpm they tell people to run is the one we pin.
 *
 * @param {ReadonlyMap<string, string>} documents path from the root → text
 * @param {(path: string) => boolean} exists
 * @param {Manifest} root
 * @returns {readonly string[]}
 */
export function documentsHold(documents, exists, root) {
  const problems = [];
  const pinned = /^(pnpm@[\d.]+)/.exec(root.packageManager ?? "")?.[1];
  for (const [path, text] of documents) {
    const folder = path.split("/").slice(0, -1);
    for (const [, link = ""] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const target = new URL(link, `file:///${folder.map((part) => `${part}/`).join("")}`).pathname.slice(1);
      if (!exists(decodeURIComponent(target))) problems.push(`${path}: the link to ${link} leads nowhere`);
    }
    for (const [said] of text.matchAll(/pnpm@\d[\d.]*\d/g)) {
      if (said !== pinned) problems.push(`${path}: says ${said}, but package.json pins ${pinned}`);
    }
  }
  return problems;
}

/** @param {string} path @param {string} from */
function leaves(path, from) {
  const depth = path.split("/").length - 1;
  let up = 0;
  let deepest = 0;
  for (const part of from.split("/")) {
    if (part === "..") up += 1;
    else if (part !== ".") up -= 1;
    deepest = Math.max(deepest, up);
  }
  return deepest > depth;
}

/** @param {string} path */
function isTest(path) {
  return path.endsWith(".test.ts") || path.startsWith("test/") || path.startsWith("bench/");
}
