/** Asks questions and reads answers, line by line, over any pair of streams. A secret is not shown while it is typed. */
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Aborts the questions, as Ctrl-C does. */
  readonly stop: AbortSignal;
}

/** The answers ended (Ctrl-C or end of input) before the last question. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

export class Prompt {
  readonly #output: NodeJS.WritableStream;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string, undefined>;
  readonly #end = (): void => this.#lines.close();
  readonly #stop: AbortSignal;
  #isMuted = false;
  #isStopped = false;

  constructor({ input, output, stop }: Terminal) {
    this.#output = output;
    this.#stop = stop;
    const echo = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.#isMuted) output.write(chunk);
        done();
      },
    });
    // So that a line that is wider than the terminal can be edited.
    Object.assign(echo, { columns: (output as Partial<NodeJS.WriteStream>).columns });
    this.#lines = createInterface({ input, output: echo, terminal: true, historySize: 0 });
    // Lines that are typed ahead or pasted wait for their questions.
    this.#answers = this.#lines[Symbol.asyncIterator]();
    this.#lines.on('SIGINT', () => {
      this.#isStopped = true;
      this.#lines.close();
    });
    stop.addEventListener('abort', this.#end, { once: true });
  }

  say(text: string): void {
    this.#output.write(`${text}\n`);
  }

  /** Throws NoAnswerError. */
  async ask(question: string): Promise<string> {
    this.#lines.setPrompt(question);
    this.#lines.prompt();
    return this.#answer();
  }

  /** Throws NoAnswerError. */
  async askSecret(question: string): Promise<string> {
    this.#isMuted = true;
    this.#output.write(question);
    this.#lines.setPrompt('');
    try {
      return await this.#answer();
    } finally {
      this.#isMuted = false;
      this.#output.write('\n');
    }
  }

  close(): void {
    this.#stop.removeEventListener('abort', this.#end);
    this.#lines.close();
  }

  async #answer(): Promise<string> {
    const answer = await this.#answers.next();
    if (answer.done === true || this.#isStopped || this.#stop.aborted)
      throw new NoAnswerError('there was no answer');
    return answer.value.trim();
  }
}
