export interface Measurement {
  name: string;
  value: number;
  /** `s`, `ms`, `MB`, or `ratio`. */
  unit: string;
  /** What it should be, for the reader; nothing fails over it. */
  budget?: string;
  note?: string;
}
