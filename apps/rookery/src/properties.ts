/**
 * Reads zoo.cfg: the line format of `java.util.Properties`, to the letter, because existing files rely on it. What the
 * keys mean is left to others. Two deliberate differences: every entry keeps its place in the file, so that a complaint
 * can name it, and a file is UTF-8 (see `decodeProperties`).
 *
 * Source: OpenJDK 17, java.util.Properties, LineReader and load0; `properties.test.ts` compares with it where there is
 * a JVM.
 */

/** One `key = value`, in file order; of two with the same key the later counts. */
export interface PropertyEntry {
  readonly key: string;
  readonly value: string;
  /** Where its logical line begins, from 1. */
  readonly line: number;
}

/** What cannot be read. Java throws for the whole file. */
export interface PropertyProblem {
  readonly line: number;
  readonly message: string;
}

export interface Properties {
  readonly entries: readonly PropertyEntry[];
  readonly problems: readonly PropertyProblem[];
}

/**
 * The text of a file. ZooKeeper reads ISO-8859-1, where "ä" saved as UTF-8 is two letters; here such a file says what
 * its writer saw, and only bytes that are not UTF-8 are read as ZooKeeper reads them.
 */
export function decodeProperties(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString("latin1");
  }
}

export function parseProperties(text: string): Properties {
  const entries: PropertyEntry[] = [];
  const problems: PropertyProblem[] = [];
  for (const { text: logical, line } of logicalLines(text)) {
    const { keyEnd, valueStart } = split(logical);
    const key = unescaped(logical.slice(0, keyEnd));
    const value = unescaped(logical.slice(valueStart));
    if (key === undefined || value === undefined) {
      problems.push({ line, message: "\\u must be followed by four hexadecimal digits (a plain backslash is \\\\)" });
    } else {
      entries.push({ key, value, line });
    }
  }
  return { entries, problems };
}

interface LogicalLine {
  readonly text: string;
  readonly line: number;
}

/** Natural lines joined where one ends in an odd number of backslashes, without comments and blank lines. */
function* logicalLines(text: string): Generator<LogicalLine> {
  let at = 0;
  let natural = 1;
  let start = 1;
  let collected = "";
  let skipWhitespace = true;
  let continued = false;
  let backslash = false;
  while (at < text.length) {
    const c = text[at++] as string;
    const ends = c === "\n" || c === "\r";
    const line = natural;
    // Java asks this before it takes the second half of \r\n: a last line of a lone backslash is an empty key if \n or
    // \r ends it, and nothing if \r\n does.
    const more = at < text.length;
    if (ends) {
      if (c === "\r" && text[at] === "\n") at += 1;
      natural += 1;
    }
    if (skipWhitespace) {
      if (isBlank(c) || (ends && !continued)) continue;
      skipWhitespace = false;
      continued = false;
    }
    // Java looks at what was collected, not at where the line began: after a line of a lone backslash, too, # and !
    // begin a comment.
    if (collected === "" && (c === "#" || c === "!")) {
      while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at += 1;
      skipWhitespace = true;
      continue;
    }
    if (!ends) {
      if (collected === "") start = line;
      collected += c;
      backslash = c === "\\" && !backslash;
    } else if (collected === "") {
      skipWhitespace = true;
    } else if (backslash && more) {
      collected = collected.slice(0, -1);
      skipWhitespace = true;
      continued = true;
      backslash = false;
    } else {
      yield { text: backslash ? collected.slice(0, -1) : collected, line: start };
      collected = "";
      skipWhitespace = true;
      backslash = false;
    }
  }
  if (collected !== "") yield { text: backslash ? collected.slice(0, -1) : collected, line: start };
}

/** A key ends at the first `=`, `:` or blank without a backslash before it; blanks and one separator are skipped. */
function split(line: string): { readonly keyEnd: number; readonly valueStart: number } {
  let keyEnd = 0;
  let backslash = false;
  for (; keyEnd < line.length; keyEnd += 1) {
    const c = line[keyEnd] as string;
    if (!backslash && (isSeparator(c) || isBlank(c))) break;
    backslash = c === "\\" && !backslash;
  }
  let valueStart = keyEnd;
  let separated = false;
  for (; valueStart < line.length; valueStart += 1) {
    const c = line[valueStart] as string;
    if (isBlank(c)) continue;
    if (separated || !isSeparator(c)) break;
    separated = true;
  }
  return { keyEnd, valueStart };
}

/** Undefined for a malformed `\u`. A backslash before any other letter is dropped. */
function unescaped(text: string): string | undefined {
  if (!text.includes("\\")) return text;
  let out = "";
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== "\\") {
      out += text[at];
      continue;
    }
    at += 1;
    const c = text[at] ?? "";
    if (c === "u") {
      const digits = text.slice(at + 1, at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) return undefined;
      out += String.fromCharCode(Number.parseInt(digits, 16));
      at += 4;
    } else {
      out += ESCAPES[c] ?? c;
    }
  }
  return out;
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f" };

function isBlank(c: string): boolean {
  return c === " " || c === "\t" || c === "\f";
}

function isSeparator(c: string): boolean {
  return c === "=" || c === ":";
}
