/** Where a string comes next in a text that is read from its beginning to its end, searched for once however often it is asked. */
export class NextOf {
  private readonly sought: string;
  private found = -1;

  constructor(sought: string) {
    this.sought = sought;
  }

  /** The text is another one from now on. */
  forget(): void {
    this.found = -1;
  }

  /** The first place at or after `from`, which never goes back; the end when there is none. */
  after(text: string, from: number): number {
    if (this.found < from) {
      const found = text.indexOf(this.sought, from);
      this.found = found < 0 ? text.length : found;
    }
    return this.found;
  }
}
