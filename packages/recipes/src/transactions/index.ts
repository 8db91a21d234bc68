export {
  type BeginOptions,
  type CoordinatorOptions,
  type RecoverOptions,
  type Recovery,
  TransactionCoordinator,
} from "./coordinator.ts";
export type { Decision, TransactionRecord, TransactionStatus } from "./ledger.ts";
export {
  type ParticipantOptions,
  type ParticipantTransaction,
  type TransactionCallbacks,
  TransactionParticipant,
} from "./participant.ts";
