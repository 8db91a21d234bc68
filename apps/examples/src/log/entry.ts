/** What the log holds: lines, and who wrote them. */
export const PATH = "/examples/log";

export interface Line {
  readonly writer: string;
  readonly text: string;
}
