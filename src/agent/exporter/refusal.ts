/** Why a request is not served. */
export class Refusal extends Error {
  readonly status: number;

  /**
   * @param status HTTP status code
   * @param message one sentence, shown to the client
   */
  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
  }
}
