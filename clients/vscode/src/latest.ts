// Questions that are asked while somebody types: only the last one counts.

/** Waits until typing pauses, asks, and drops every answer that a later question has overtaken. */
export class Latest<Answer> {
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pauseMs: number,
    private readonly ask: (question: string) => Promise<Answer>,
    private readonly show: (answer: Answer, question: string) => void,
    private readonly fail: (problem: unknown) => void,
  ) {}

  type(question: string): void {
    this.cancel();
    const number = this.#asked;
    this.#timer = setTimeout(() => {
      this.ask(question).then(
        (answer) => number === this.#asked && this.show(answer, question),
        (problem: unknown) => number === this.#asked && this.fail(problem),
      );
    }, this.pauseMs);
  }

  /** What was asked until now isn't shown any more. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }
}
