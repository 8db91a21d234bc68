/** What engines of this workspace share. It promises nothing to others. */
export { chainWith, checksumOf, word } from "./chain.ts";
export { type InstallationMedium, StagedInstallation } from "./installation.ts";
export { checkAppend, checkCommit, checkFollows, checkInstall, checkRows, invariant, name, Pins } from "./invariant.ts";
