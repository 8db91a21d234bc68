/** Says in words what servers tell each other and what they decide. */
import { ENTRY, type Entry, type Message, type StoreOperation, type TraceEvent, type Zxid } from "../src/index.ts";
import { textOf } from "./cluster.ts";

/** How a server is called. */
export type NameOf = (sid: number) => string;

/** What may be shown or hidden. */
export const KINDS = ["hails", "votes", "messages", "heartbeats", "disk", "roles", "decisions"] as const;
export type Kind = (typeof KINDS)[number];

export function wordsOfMessage(message: Message, name: NameOf): string {
  switch (message.type) {
    case "hail":
      if (message.belongs) return `hail: I belong, with ${listOf(message.founders, name)}`;
      if (message.founders.length > 0)
        return `hail: I have written down the founders ${listOf(message.founders, name)}`;
      return "hail: my disk is new";
    case "notify": {
      const { vote, round, state, leader, established, acceptedEpoch } = message;
      if (state === "looking") {
        if (vote.sid === 0) return "who leads?";
        return `vote for ${name(vote.sid)}, whose log ends at ${zxid(vote)} (round ${round})`;
      }
      if (state === "leading") return `I ${established ? "lead" : "would lead"}, epoch ${acceptedEpoch}`;
      return `I follow ${name(leader)}, epoch ${acceptedEpoch}`;
    }
    case "join": {
      const { last, acceptedEpoch, acceptedLeader } = message;
      const promised =
        acceptedEpoch === 0 ? "nothing promised" : `epoch ${acceptedEpoch} promised to ${name(acceptedLeader)}`;
      return `join: my log ends at ${last.index} (${zxid(last)}), ${promised}`;
    }
    case "newEpoch":
      return `new epoch ${message.epoch}: my log ends at ${message.last.index} (${zxid(message.last)})${message.established ? ", and I lead it" : ""}`;
    case "ackEpoch":
      return `epoch ${message.epoch} is promised: my log ends at ${message.last.index} (${zxid(message.last)})`;
    case "append": {
      const { entries, prev, commit } = message;
      if (entries.length === 0) return `committed ${commit}`;
      return `append ${listOfEntries(entries)} after ${prev.index}, committed ${commit}`;
    }
    case "heartbeat":
      return message.readSeq > 0
        ? `heartbeat, committed ${message.commit}, do I still lead? (${message.readSeq})`
        : `heartbeat, committed ${message.commit}`;
    case "appendAck": {
      const { durable, reject, readSeq } = message;
      if (reject !== undefined) return `does not fit: my log ends at ${reject.last.index} (${zxid(reject.last)})`;
      return readSeq > 0 ? `have ${durable}, you still lead (${readSeq})` : `have ${durable}`;
    }
    case "readIndex":
      return "up to where must a read see?";
    case "readIndexAck":
      return message.index === 0 ? "a read: I cannot say" : `a read must see entry ${message.index}`;
    case "transferLead":
      return `take over from epoch ${message.epoch}`;
    case "followMe":
      return `follow me, out of epoch ${message.epoch}`;
    case "refuse":
      return message.reason === "emptied"
        ? "refused: your disk is new and the ensemble is not"
        : `refused: you had acknowledged entry ${message.index} in epoch ${message.epoch}`;
  }
}

/** What a core says of itself; undefined for what other lines tell already. */
export function wordsOfTrace({ sid, what, detail }: TraceEvent, name: NameOf): string | undefined {
  const self = name(sid);
  const peer = (key: string) => name(Number(detail[key]));
  switch (what) {
    case "looks":
      return detail.why === "started" || detail.why === "founded" ? undefined : `${self} leaves: ${detail.why}`;
    case "looking":
      return `${self} looks for a leader, round ${detail.round}`;
    case "elected by votes":
      return detail.leader === sid
        ? `${self} counts a quorum of votes for itself`
        : `${self} counts a quorum of votes for ${peer("leader")}`;
    case "claims":
      return `${self} claims epoch ${detail.epoch}`;
    case "promises":
      return `${self} promises epoch ${detail.epoch} to ${peer("leader")}`;
    case "elected":
      return `${self} has the promises of a quorum and opens epoch ${detail.epoch}${detail.inPlace ? " in place" : ""} with entry ${detail.start}`;
    case "learner": {
      const { match, last, how } = detail;
      if (how === "SNAP")
        return `${self} finds that its log does not reach back to that of ${peer("peer")}, which needs a snapshot`;
      const drops = how === "TRUNC" ? `, and drops what it has up to ${last}` : "";
      return `${self} finds that ${peer("peer")} has the same log up to ${match}${drops}`;
    }
    case "established":
      return `${self} is established: epoch ${detail.epoch} is on the disks of a quorum, committed ${detail.commit}`;
    case "truncates":
      return `${self} cuts its log from ${detail.from} back to ${detail.to}`;
    case "sends a snapshot":
      return `${self} sends ${peer("peer")} a snapshot`;
    case "installs a snapshot":
      return `${self} replaces log and state by the snapshot at ${detail.index}`;
    case "hands over":
      return `${self} takes no more writes and wants to hand over`;
    case "keeps the lead":
      return `${self} found nobody to hand over to, and keeps the lead`;
    case "takes over":
      return `${self} takes over`;
    case "founders written down":
      return `${self} has written down the founders`;
    case "belongs":
      return `${self} belongs to the ensemble`;
    case "refused an empty disk":
      return `${self} refuses ${peer("peer")}: its disk is not the one that founded the ensemble`;
    default:
      return undefined;
  }
}

export function wordsOfStore(operation: StoreOperation, name: NameOf): string {
  switch (operation.type) {
    case "append":
      return listOfEntries(operation.entries);
    case "truncate":
      return `nothing above ${operation.index}`;
    case "install":
      return `the snapshot at ${operation.position.index}`;
    case "promise": {
      const { acceptedEpoch, acceptedLeader, founders, belongs } = operation.promises;
      if (acceptedEpoch > 0) return `epoch ${acceptedEpoch} promised to ${name(acceptedLeader)}`;
      return belongs ? "belongs" : `founders ${listOf(founders, name)}`;
    }
  }
}

/** `5 (1/3 "x")`; the start of an epoch `4 (2/0)`. */
export function wordsOfEntry(entry: Entry): string {
  const { index } = entry;
  return entry.kind === ENTRY.epochStart ? `${index} (${zxid(entry)})` : `${index} (${zxid(entry)} "${textOf(entry)}")`;
}

function listOfEntries(entries: readonly Entry[]): string {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return "nothing";
  if (entries.length <= 3) return entries.map(wordsOfEntry).join(", ");
  return `${wordsOfEntry(first)} … ${wordsOfEntry(last)}`;
}

function listOf(founders: readonly { readonly sid: number }[], name: NameOf): string {
  return founders.map(({ sid }) => name(sid)).join(" ");
}

export function zxid({ epoch, counter }: Zxid): string {
  return `${epoch}/${counter}`;
}
