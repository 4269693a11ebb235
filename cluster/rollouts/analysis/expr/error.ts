/** A condition that cannot be used, with the place where it went wrong. The message is the upstream engine's. */
export interface Location {
  /** 1-based. */
  line: number;
  /** 0-based, as the engine counts; people are shown one more. */
  column: number;
}

export class ExprError extends Error {
  readonly location: Location;
  constructor(message: string, location: Location) {
    super(message);
    this.name = 'ExprError';
    this.location = location;
  }
}
