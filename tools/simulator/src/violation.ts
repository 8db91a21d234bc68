/** Something that must hold did not. `rule` names it as the design does: I1, L2, …; "assertion": the core said so itself. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly rule: string;

  constructor(rule: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.rule = rule;
  }
}
