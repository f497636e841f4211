import { LAST_PORT } from './ports.js'

export const COLUMNS = 256
/** Device pixels of a port from which on lines, and then its number, are drawn. */
const PIXELS_OF_LINES = 9
const PIXELS_OF_NUMBERS = 44
/** A port in a picture of all ports is too small to be seen alone. */
const PIXELS_OF_MARK = 5
const CLOSEST = 24

/** Draws the ports as a square that can be moved and magnified. */
export class PortGrid {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./ports.js').Ports} ports
   */
  constructor(canvas, ports) {
    this.canvas = canvas
    this.ports = ports
    this.scale = 1
    /** The part of the square that is left of and above the canvas, as a share of the square. */
    this.left = 0
    this.top = 0
    this.selected = 1
    /** @type {number | undefined} the index of the kind that is shown alone */
    this.alone = undefined
    this.isWaiting = false
  }

  /** @param {number} factor @param {number} [x] what stays in place, as a share of the canvas @param {number} [y] */
  zoom(factor, x = 0.5, y = 0.5) {
    const before = this.scale
    this.scale = Math.min(CLOSEST, Math.max(1, before * factor))
    this.left += x / before - x / this.scale
    this.top += y / before - y / this.scale
    this.moveBy(0, 0)
  }

  /** @param {number} dx as a share of the canvas @param {number} dy */
  moveBy(dx, dy) {
    const most = 1 - 1 / this.scale
    this.left = Math.min(most, Math.max(0, this.left - dx / this.scale))
    this.top = Math.min(most, Math.max(0, this.top - dy / this.scale))
    this.draw()
  }

  /** Moves so that the selected port can be seen. */
  reveal() {
    const [x, y] = this.placeOf(this.selected)
    if (x < 0.02 || x > 0.98) this.moveBy(0.5 - x, 0)
    if (y < 0.02 || y > 0.98) this.moveBy(0, 0.5 - y)
    this.draw()
  }

  /** The middle of the port, as a share of the canvas. @param {number} port @returns {[number, number]} */
  placeOf(port) {
    const column = (port % COLUMNS) + 0.5
    const row = Math.floor(port / COLUMNS) + 0.5
    return [(column / COLUMNS - this.left) * this.scale, (row / COLUMNS - this.top) * this.scale]
  }

  /** @param {number} x as a share of the canvas @param {number} y */
  portAt(x, y) {
    const column = Math.floor((this.left + x / this.scale) * COLUMNS)
    const row = Math.floor((this.top + y / this.scale) * COLUMNS)
    return Math.min(LAST_PORT, Math.max(0, row * COLUMNS + column))
  }

  /** Draws before the next frame. */
  draw() {
    if (this.isWaiting) return
    this.isWaiting = true
    requestAnimationFrame(() => {
      this.isWaiting = false
      this.drawNow()
    })
  }

  drawNow() {
    const { canvas, ports } = this
    const pixels = Math.round(canvas.clientWidth * devicePixelRatio)
    if (canvas.width !== pixels) canvas.width = canvas.height = pixels
    const context = canvas.getContext('2d')
    if (context === null) return
    const style = getComputedStyle(canvas)
    const colours = ports.kinds.map(({ name }) => style.getPropertyValue(`--${name}`))
    const size = (pixels / COLUMNS) * this.scale
    const first = this.portAt(0, 0)
    const last = this.portAt(0.9999, 0.9999)
    const [firstColumn, lastColumn] = [first % COLUMNS, last % COLUMNS]
    const gap = size >= PIXELS_OF_LINES ? Math.max(1, Math.round(size / 24)) : 0
    context.clearRect(0, 0, pixels, pixels)
    // Marks of single ports cover what is below them, so that each kind is drawn after the kinds that it covers.
    for (const [index, colour] of colours.entries()) {
      context.fillStyle = colour
      context.globalAlpha = this.alone === undefined || this.alone === index ? 1 : 0.15
      const mark = index > 1 && size < PIXELS_OF_MARK ? (PIXELS_OF_MARK - size) / 2 : 0
      for (let row = Math.floor(first / COLUMNS); row <= Math.floor(last / COLUMNS); row++) {
        for (let column = firstColumn; column <= lastColumn; column++) {
          const port = row * COLUMNS + column
          if (ports.shown[port] !== index || port === 0) continue
          let end = column + 1
          if (gap === 0) while (end <= lastColumn && ports.shown[row * COLUMNS + end] === index) end++
          const x = Math.round((column - this.left * COLUMNS) * size)
          const y = Math.round((row - this.top * COLUMNS) * size)
          const right = Math.round((end - this.left * COLUMNS) * size)
          const bottom = Math.round((row + 1 - this.top * COLUMNS) * size)
          const around = end - column === 1 ? mark : 0
          context.fillRect(x - around, y - around, right - x - gap + 2 * around, bottom - y - gap + 2 * around)
          column = end - 1
        }
      }
    }
    context.globalAlpha = 1
    if (size >= PIXELS_OF_NUMBERS) this.drawNumbers(context, size, first, last)
    this.drawRing(context, style.getPropertyValue('--ring'), size)
  }

  /** @param {CanvasRenderingContext2D} context @param {number} size @param {number} first @param {number} last */
  drawNumbers(context, size, first, last) {
    context.font = `${Math.round(size / 4)}px system-ui, sans-serif`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    for (let row = Math.floor(first / COLUMNS); row <= Math.floor(last / COLUMNS); row++) {
      for (let column = first % COLUMNS; column <= last % COLUMNS; column++) {
        const port = row * COLUMNS + column
        if (port === 0) continue
        const [x, y] = this.placeOf(port)
        const isPale = ['free', 'dynamic'].includes(this.ports.kindAt(port).name)
        const style = getComputedStyle(this.canvas)
        context.fillStyle = style.getPropertyValue(isPale ? '--text' : '--card')
        context.fillText(String(port), x * this.canvas.width, y * this.canvas.width)
      }
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {string} colour @param {number} size */
  drawRing(context, colour, size) {
    const [x, y] = this.placeOf(this.selected).map((share) => share * this.canvas.width)
    const radius = Math.max(size / 2 + 3, 9 * devicePixelRatio)
    context.lineWidth = 2.5 * devicePixelRatio
    context.strokeStyle = colour
    context.beginPath()
    if (size >= PIXELS_OF_NUMBERS) {
      context.roundRect((x ?? 0) - size / 2, (y ?? 0) - size / 2, size, size, 4)
    } else context.arc(x ?? 0, y ?? 0, radius, 0, 2 * Math.PI)
    context.stroke()
  }
}
