import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Prints the demo's steps: with colour and alignment on a terminal, as plain lines elsewhere. */
export class DemoOutput {
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

  /** A step that went as it should. */
  passed(step: string, what: string): void {
    this.#step(this.#style('green', this.#isTerminal ? '✓' : 'ok'), step, what)
  }

  /** A step that did not. */
  failed(step: string, why: string): void {
    this.#step(this.#style('red', this.#isTerminal ? '✗' : 'not ok'), step, why)
  }

  closing(text: string): void {
    this.#print(this.#style('bold', text))
  }

  #step(mark: string, step: string, what: string): void {
    this.#print(
      this.#isTerminal ? `  ${mark} ${this.#style('cyan', step.padEnd(9))} ${what}` : `${mark} ${step}: ${what}`,
    )
  }

  #style(style: Style, text: string): string {
    return this.#colour ? styleText(style, text) : text
  }

  #print(line: string): void {
    this.#stream.write(`${line}\n`)
  }
}
