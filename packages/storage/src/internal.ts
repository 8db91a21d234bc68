/** What engines of this workspace share. It promises nothing to others. */
export { chainWith, checksumOf, word } from "./chain.ts";
export { checkAppend, checkCommit, checkFollows, invariant, name } from "./invariant.ts";
