/** Messages and operations on one line, as people read a transcript. */
import type { EpochRow, Message, Position, StoreOperation } from "@rookery/consensus";

export function textOf(what: Message | StoreOperation): string {
  switch (what.type) {
    case "hail":
      return `hail nonce ${what.nonce}, founders ${what.founders.map(({ sid, nonce }) => `${sid}:${nonce}`).join(" ") || "none"}`;
    case "notify": {
      const { state, round, vote, acceptedEpoch, leader, established } = what;
      const claim = leader === 0 ? "" : ` leader ${leader}${established ? " established" : ""}`;
      return `notify ${state} round ${round} vote ${vote.sid} (${vote.epoch}/${vote.counter}) accepted ${acceptedEpoch}${claim}`;
    }
    case "join":
      return `join accepted ${what.acceptedEpoch} of ${what.acceptedLeader}, last ${at(what.last)}`;
    case "newEpoch":
      return `newEpoch ${what.epoch}, last ${at(what.last)}${what.established ? " established" : ""} boot ${what.leaderBoot}`;
    case "ackEpoch":
      return `ackEpoch ${what.epoch}, last ${at(what.last)}, commit ${what.commit}, rows ${rows(what.epochs)} boot ${what.leaderBoot}`;
    case "append":
      if (!("prev" in what)) return `append ${range(what.entries)}`;
      return `append epoch ${what.epoch} ${range(what.entries)} behind ${at(what.prev)}, commit ${what.commit}`;
    case "heartbeat": {
      const read = what.readSeq > 0 ? ` read ${what.readSeq}` : "";
      return `heartbeat epoch ${what.epoch} commit ${what.commit}${what.established ? " established" : ""}${read}`;
    }
    case "appendAck": {
      const reject =
        what.reject === undefined ? "" : ` REJECT last ${at(what.reject.last)} rows ${rows(what.reject.epochs)}`;
      const read = what.readSeq > 0 ? ` read ${what.readSeq}` : "";
      return `appendAck epoch ${what.epoch} durable ${what.durable} applied ${what.applied}${read}${reject}`;
    }
    case "readIndex":
      return `readIndex ${what.id}`;
    case "readIndexAck":
      return `readIndexAck ${what.id} at ${what.index}`;
    case "transferLead":
      return `transferLead ${what.epoch}`;
    case "followMe":
      return `followMe ${what.epoch}`;
    case "refuse":
      return `refuse: ${what.reason}`;
    case "truncate":
      return `truncate ${what.index}`;
    case "install":
      return `install ${at(what.position)}`;
    case "promise":
      return `promise ${what.promises.acceptedEpoch} to ${what.promises.acceptedLeader}`;
  }
}

function at({ index, epoch, counter }: Position): string {
  return `${index} (${epoch}/${counter})`;
}

function range(entries: readonly Position[]): string {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return "nothing";
  return first === last ? at(first) : `${at(first)} … ${at(last)}`;
}

function rows(list: readonly EpochRow[]): string {
  const shown = list.slice(-6).map(({ epoch, leader, startIndex }) => `${epoch}:${leader}@${startIndex}`);
  return `[${list.length > 6 ? "… " : ""}${shown.join(" ")}]`;
}
