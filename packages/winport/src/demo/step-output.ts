import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Prints the steps of the demo: aligned and in colour on a terminal, otherwise as plain lines. */
export class StepOutput {
  readonly #stream: NodeJS.WriteStream
  readonly #isTerminal: boolean
  readonly #colour: boolean

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    this.#isTerminal = stream.isTTY === true
    this.#colour = this.#isTerminal && stream.hasColors()
  }

  title(text: string): void {
    this.#print(this.#style('bold', text))
  }

  passed(step: string, result: string): void {
    this.#step(this.#style('green', this.#isTerminal ? '✓' : 'ok'), step, result)
  }

  failed(step: string, reason: string): void {
    this.#step(this.#style('red', this.#isTerminal ? '✗' : 'not ok'), step, reason)
  }

  closing(text: string): void {
    this.#print(this.#style('bold', text))
  }

  #step(mark: string, step: string, text: string): void {
    this.#print(
      this.#isTerminal ? `  ${mark} ${this.#style('cyan', step.padEnd(9))} ${text}` : `${mark} ${step}: ${text}`,
    )
  }

  #style(style: Style, text: string): string {
    return this.#colour ? styleText(style, text) : text
  }

  #print(line: string): void {
    this.#stream.write(`${line}\n`)
  }
}
