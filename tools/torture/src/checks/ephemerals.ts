/** Ephemerals at the end: those of sessions that are gone are gone, those of sessions that live are there. */
import type { Evidence, Operation, Session, Violation } from "../evidence.ts";

const NOBODY = "0x0";

export function checkEphemerals(evidence: Evidence): Violation[] {
  return [...leftBehind(evidence), ...missing(evidence)];
}

/** Paths of ephemerals whose owner is not a live session, at any server. */
export function leftBehind({ sessions, trees }: Pick<Evidence, "sessions" | "trees">): Violation[] {
  const byId = new Map(sessions.map((session) => [session.id, session]));
  return trees.flatMap(({ server, nodes }) =>
    [...nodes].flatMap(([path, { owner }]) => {
      if (owner === NOBODY || !path.startsWith("/torture/")) return [];
      const session = byId.get(owner);
      if (session?.end === "live") return [];
      const message = `${path} at server ${server} belongs to session ${owner}, which is ${session?.end ?? "nobody's"}`;
      return [{ check: "ephemerals", message, operations: [] } satisfies Violation];
    }),
  );
}

function missing({ history, sessions, trees }: Evidence): Violation[] {
  const deletes = new Map<string, Operation>();
  for (const operation of history) {
    if (operation.call.type === "deleteEphemeral") deletes.set(operation.call.path, operation);
  }
  const violations: Violation[] = [];
  for (const operation of history) {
    const { call, outcome, session } = operation;
    if (call.type !== "createEphemeral") continue;
    const owner = sessions[session] as Session;
    const deleted = deletes.get(call.path);
    for (const { server, nodes } of trees) {
      const node = nodes.get(call.path);
      const problem = problemOf(operation, owner, deleted, node?.owner);
      if (problem === undefined) continue;
      const shown = deleted === undefined ? [operation] : [operation, deleted];
      violations.push({
        check: "ephemerals",
        message: `${call.path} at server ${server} ${problem}`,
        operations: shown,
      });
    }
    if (outcome.type === "created" && outcome.czxid !== operation.zxid) {
      violations.push({ check: "ephemerals", message: `${call.path} has another zxid`, operations: [operation] });
    }
  }
  return violations;
}

function problemOf(
  created: Operation,
  session: Session,
  deleted: Operation | undefined,
  owner: string | undefined,
): string | undefined {
  if (owner !== undefined && owner !== session.id) return `belongs to ${owner} and not to ${session.id}`;
  if (owner !== undefined && created.outcome.type === "refused") return "is there although it was refused";
  if (owner !== undefined && deleted?.outcome.type === "done") return "is there although it was deleted";
  const mustBe = session.end === "live" && created.outcome.type === "created" && deleted === undefined;
  return owner === undefined && mustBe ? "is gone although its session lives" : undefined;
}
