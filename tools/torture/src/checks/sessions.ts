/** What holds within a session: its zxids never go back, whichever servers it was at, and its id is nobody else's. */
import { type Evidence, formatZxid, isAnswered, type Operation, type Session, type Violation } from "../evidence.ts";

export function checkSessions({ history, sessions }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const last = new Map<number, Operation>();
  for (const operation of history) {
    if (!isAnswered(operation) || operation.zxid < 0) continue;
    const before = last.get(operation.session);
    if (before !== undefined && operation.zxid < before.zxid) {
      violations.push({
        check: "sessions",
        message: `session ${operation.session} was shown ${formatZxid(before.zxid)} and after it ${formatZxid(operation.zxid)}`,
        operations: [before, operation],
      });
    }
    last.set(operation.session, operation);
  }
  const owners = new Map<string, Session>();
  for (const session of sessions) {
    const other = owners.get(session.id);
    if (other !== undefined) {
      violations.push({
        check: "sessions",
        message: `session id ${session.id} was given to ${other.client} and to ${session.client}`,
        operations: [],
      });
    }
    owners.set(session.id, session);
  }
  return violations;
}
