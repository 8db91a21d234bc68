export {
  Group,
  type GroupChange,
  GroupMember,
  type GroupMemberOptions,
  type Member,
  Party,
} from "./group.ts";
export {
  PersistentNode,
  type PersistentNodeEvents,
  type PersistentNodeMode,
  type PersistentNodeOptions,
} from "./persistent-node.ts";
