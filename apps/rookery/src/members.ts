/**
 * What `server.N`, `weight.N` and `group.N` say together: who belongs to the ensemble, and why it could not work. Which
 * of them this server is, and where the lines come from, is `configuration.ts`'s.
 */
import type { Given, Problem } from "./configuration.ts";
import { type EnsembleMember, joined, parseServerLine, type ServerLine } from "./server-line.ts";
import type { NumberedKey } from "./settings.ts";

/** A member and the line that says so. */
export interface Placed {
  readonly member: EnsembleMember;
  readonly given: Given;
}

export interface Membership {
  /** By id. Without those whose lines cannot be read: then there are problems. */
  readonly members: readonly Placed[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Lines that change nothing. */
  readonly withoutEffect: readonly Given[];
}

/** Lines by their kind; the keys are complete, as `server.1`. */
export type Lines = Readonly<Record<NumberedKey, readonly Given[]>>;

const SID_MAX = 255;
const WEIGHT_MAX = 1_000_000;
const GROUP_MAX = 2 ** 31 - 1;

export function membership(lines: Lines): Membership {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const withoutEffect: Given[] = [];
  const servers = numbered(lines.server, SID_MAX, problems);
  const parsed = new Map<number, { readonly line: ServerLine; readonly given: Given }>();
  for (const [sid, given] of servers) {
    const line = parseServerLine(given.value);
    if (typeof line === "string") problems.push({ ...given, message: line });
    else parsed.set(sid, { line, given });
  }
  // Who votes is only counted when all lines can be read.
  const whole = problems.length === 0;
  const weights = weightsOf();
  const groups = groupsOf();
  const members = [...parsed]
    .sort(([a], [b]) => a - b)
    .map(([sid, { line, given }]): Placed => {
      return { member: { sid, ...line, weight: weights.get(sid) ?? 1, group: groups.get(sid) ?? 0 }, given };
    });
  // One line alone is a standalone server's; it has no addresses to share and no vote to lose.
  if (members.length > 1) {
    checkAddresses(members, problems);
    if (whole) checkVotes();
  }
  return { members, problems, warnings, withoutEffect };

  function weightsOf(): ReadonlyMap<number, number> {
    const found = new Map<number, number>();
    for (const [sid, given] of numbered(lines.weight, SID_MAX, problems)) {
      const weight = wholeNumber(given.value, 0, WEIGHT_MAX);
      if (weight === undefined) {
        problems.push({ ...given, message: `must be a whole number from 0 to ${WEIGHT_MAX}` });
      } else if (!servers.has(sid)) {
        problems.push({ ...given, message: `is the weight of no server: there is no server.${sid}` });
      } else if (parsed.get(sid)?.line.role === "observer") {
        withoutEffect.push(given);
      } else {
        found.set(sid, weight);
      }
    }
    return found;
  }

  function groupsOf(): ReadonlyMap<number, number> {
    const found = new Map<number, number>();
    const given = numbered(lines.group, GROUP_MAX, problems);
    const before = problems.length;
    for (const [group, entry] of given) {
      for (const text of entry.value.split(":")) {
        const sid = wholeNumber(text.trim(), 1, SID_MAX);
        const obstacle =
          sid === undefined
            ? `must be ids of servers with colons between them, as 1:2:3, not ${JSON.stringify(text)}`
            : !servers.has(sid)
              ? `names server ${sid}, and there is no server.${sid}`
              : parsed.get(sid)?.line.role === "observer"
                ? `names server ${sid}, which is an observer: groups are of those that vote`
                : found.has(sid)
                  ? `names server ${sid}, which is in group.${found.get(sid)} already: a server is in one group`
                  : undefined;
        if (obstacle !== undefined) problems.push({ ...entry, message: obstacle });
        else if (sid !== undefined) found.set(sid, group);
      }
    }
    if (given.size > 0 && problems.length === before) {
      for (const [sid, { line, given: server }] of parsed) {
        if (line.role === "observer" || found.has(sid)) continue;
        problems.push({ ...server, message: `is in no group: with group.N lines each server that votes is in one` });
      }
    }
    return found;
  }

  function checkVotes(): void {
    const voters = members.filter(({ member }) => member.role === "participant").map(({ member }) => member);
    if (voters.length === 0) {
      const [first] = members;
      if (first === undefined) return;
      problems.push({
        ...first.given,
        message: "is an observer, as all the others: at least one must be a participant",
      });
    } else if (voters.every(({ weight }) => weight === 0)) {
      const [first] = lines.weight;
      if (first === undefined) return;
      problems.push({
        ...first,
        message: "leaves no vote to anybody: at least one participant needs a weight above 0",
      });
    } else if (lines.weight.length === 0 && lines.group.length === 0) {
      if (voters.length <= 2) {
        const who = voters.length === 1 ? "one server votes" : "two servers vote";
        warnings.push(`${who}, so the ensemble stops when one is lost: three would go on`);
      } else if (voters.length % 2 === 0) {
        warnings.push(
          `${voters.length} servers vote, which tolerate no more losses than ${voters.length - 1}: an odd number is better`,
        );
      }
    }
  }
}

/** By number. Equal lines count once; two for one number that differ are both wrong. */
function numbered(lines: readonly Given[], max: number, problems: Problem[]): ReadonlyMap<number, Given> {
  const found = new Map<number, Given>();
  for (const given of lines) {
    const [family = "", text = ""] = given.key.split(/\.(.*)/s);
    const number = wholeNumber(text, 1, max);
    if (number === undefined) {
      problems.push({ ...given, message: `must be ${family}.N, N a number from 1 to ${max}` });
      continue;
    }
    const other = found.get(number);
    if (other === undefined) found.set(number, given);
    else if (other.value !== given.value) {
      problems.push({
        ...given,
        message: `contradicts ${other.key} = ${other.value} (${other.place}): leave one of them`,
      });
    }
  }
  return found;
}

/** No two servers at one place. Names are compared as they are written: what they stand for may change. */
function checkAddresses(members: readonly Placed[], problems: Problem[]): void {
  const uses: readonly (readonly [string, (member: EnsembleMember) => string | undefined])[] = [
    ["first port", ({ host, peerPort }) => joined(host, peerPort)],
    ["second port", ({ host, electionPort }) => joined(host, electionPort)],
    [
      "client port",
      ({ host, clientHost, clientPort }) => {
        if (clientPort === undefined) return undefined;
        return joined(clientHost === undefined || isAny(clientHost) ? host : clientHost, clientPort);
      },
    ],
  ];
  for (const [what, addressOf] of uses) {
    const seen = new Map<string, Given>();
    for (const { member, given } of members) {
      const address = addressOf(member)?.toLowerCase();
      if (address === undefined) continue;
      const other = seen.get(address);
      if (other === undefined) seen.set(address, given);
      else
        problems.push({
          ...given,
          message: `has the ${what} of ${other.key} (${other.place}), ${address}: each server needs its own`,
        });
    }
  }
}

function isAny(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function wholeNumber(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= min && value <= max ? value : undefined;
}
