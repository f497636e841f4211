import { COLUMNS, PortGrid } from './port-grid.js'
import { LAST_PORT, Ports, spanText } from './ports.js'

/** @typedef {import('./ports.js').MappedRange} MappedRange */

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`no element ${id}`)
  return found
}

/**
 * @param {string} name of an element
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} content
 */
function create(name, attributes, ...content) {
  const created = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) created.setAttribute(attribute, value)
  created.append(...content)
  return created
}

/** @param {string} kind */
function swatch(kind) {
  return create('span', { class: 'swatch', style: `--kind: var(--${kind})`, 'aria-hidden': 'true' })
}

/** @type {import('./ports.js').PageData} */
const data = JSON.parse(element('map').textContent ?? '')
const ports = new Ports(data)
const box = element('grid')
const canvas = box.querySelector('canvas')
const wanted = document.querySelector('input')
if (canvas === null || wanted === null) throw new Error('the page is not complete')
const grid = new PortGrid(canvas, ports)
/** The cell of the selected port stands for all of the grid. A screen reader reads it when the selection moves. */
const cell = create('span', { role: 'gridcell', id: 'port', 'aria-selected': 'true' })
const row = create('div', { role: 'row', class: 'unseen' }, cell)
box.append(row)

/** How much closer a search shows the port that it finds. */
const SCALE_OF_FOUND = 8

/** @param {string} name of a kind */
function labelOf(name) {
  return ports.kinds.find((kind) => kind.name === name)?.label ?? name
}

/** @param {MappedRange} range */
function lineOf(range) {
  const span = range.startPort === range.endPort ? '' : ` ${spanText(range)}`
  return `${labelOf(range.kind)}${span}: ${range.text}.`
}

/**
 * @param {number} port
 * @param {'polite' | 'off'} announcement off where a screen reader reads the grid's cell itself
 */
function select(port, announcement = 'polite') {
  grid.selected = Math.min(LAST_PORT, Math.max(1, port))
  grid.reveal()
  const ranges = ports.rangesAt(grid.selected)
  const lines = ranges.map((range) => ({ kind: range.kind, text: lineOf(range) }))
  if (lines.length === 0) lines.push({ kind: 'free', text: 'Nothing is known to have this port.' })
  element('selected').textContent = `Port ${grid.selected}`
  element('answer').setAttribute('aria-live', announcement)
  element('answer').replaceChildren(...lines.map(({ kind, text }) => create('p', {}, swatch(kind), ` ${text}`)))
  row.setAttribute('aria-rowindex', String(Math.floor(grid.selected / COLUMNS) + 1))
  cell.setAttribute('aria-colindex', String((grid.selected % COLUMNS) + 1))
  cell.textContent = `Port ${grid.selected}. ${lines.map(({ text }) => text).join(' ')}`
}

/** @param {string} message */
function say(message) {
  element('answer').setAttribute('aria-live', 'polite')
  element('selected').textContent = 'Not found'
  element('answer').replaceChildren(create('p', {}, message))
}

/** @param {string} text */
function find(text) {
  const port = /^\d+$/.test(text) ? Number(text) : findProgram(text)
  if (port === undefined || port < 1 || port > LAST_PORT) {
    say(/^\d+$/.test(text) ? `Ports are 1 to ${LAST_PORT}.` : `No range mentions “${text}”.`)
    return
  }
  grid.zoom(Math.max(1, SCALE_OF_FOUND / grid.scale))
  select(port)
  showScale()
}

/** The next range that mentions the text, after the selected port. @param {string} text */
function findProgram(text) {
  const lower = text.toLowerCase()
  if (lower === '') return undefined
  return ports.nextStart(grid.selected, 1, (range) =>
    `${labelOf(range.kind)} ${range.text}`.toLowerCase().includes(lower),
  )
}

/** @param {number} factor @param {number} [x] @param {number} [y] */
function zoom(factor, x, y) {
  grid.zoom(factor, x, y)
  showScale()
}

function zoomAtSelected(factor = 2) {
  const [x, y] = grid.placeOf(grid.selected)
  const isSeen = x >= 0 && x <= 1 && y >= 0 && y <= 1
  zoom(factor, isSeen ? x : 0.5, isSeen ? y : 0.5)
}

function showScale() {
  element('scale').textContent = `${Math.round(grid.scale * 100)} %`
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { key, ctrlKey, metaKey, altKey } = event
  const rows = 16 * COLUMNS
  const rowStart = grid.selected - (grid.selected % COLUMNS)
  /** @type {Record<string, number | undefined>} */
  const targets = {
    ArrowLeft: grid.selected - 1,
    ArrowRight: grid.selected + 1,
    ArrowUp: grid.selected < COLUMNS ? grid.selected : grid.selected - COLUMNS,
    ArrowDown: grid.selected + COLUMNS > LAST_PORT ? grid.selected : grid.selected + COLUMNS,
    PageUp: grid.selected - rows,
    PageDown: grid.selected + rows,
    Home: ctrlKey ? 1 : rowStart,
    End: ctrlKey ? LAST_PORT : rowStart + COLUMNS - 1,
  }
  /** @type {Record<string, (() => void) | undefined>} */
  const actions = {
    n: () => select(ports.nextStart(grid.selected, 1) ?? grid.selected, 'off'),
    p: () => select(ports.nextStart(grid.selected, -1) ?? grid.selected, 'off'),
    '+': () => zoomAtSelected(),
    '-': () => zoomAtSelected(1 / 2),
    0: () => zoom(0),
  }
  const target = targets[key]
  const action = ctrlKey || metaKey || altKey ? undefined : actions[key.toLowerCase()]
  if (target === undefined && action === undefined) return
  event.preventDefault()
  if (target !== undefined) select(target, 'off')
  else action?.()
}

/** Where the pointer is, as shares of the grid. @param {MouseEvent} event @returns {[number, number]} */
function place({ clientX, clientY }) {
  const { left, top, width, height } = box.getBoundingClientRect()
  return [(clientX - left) / width, (clientY - top) / height]
}

function listenToPointer() {
  /** @type {[number, number] | undefined} */
  let held
  let isMoved = false
  box.addEventListener('pointerdown', (event) => {
    held = place(event)
    isMoved = false
  })
  box.addEventListener('pointermove', (event) => {
    const at = place(event)
    const port = grid.portAt(...at)
    element('pointed').textContent = port === 0 ? '' : `${port} ${ports.kindAt(port).label}`
    if (held === undefined || event.buttons === 0) return
    const [dx, dy] = [at[0] - held[0], at[1] - held[1]]
    if (!isMoved && Math.hypot(dx, dy) < 0.01) return
    if (!isMoved) box.setPointerCapture(event.pointerId)
    isMoved = true
    held = at
    grid.moveBy(dx, dy)
  })
  box.addEventListener('pointerup', (event) => {
    if (held !== undefined && !isMoved) select(grid.portAt(...place(event)))
    held = undefined
  })
  box.addEventListener('pointerleave', () => {
    element('pointed').textContent = ''
  })
  box.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      zoom(2 ** (-event.deltaY / 240), ...place(event))
    },
    { passive: false },
  )
}

function showLegend() {
  for (const [index, { name, label }] of ports.kinds.entries()) {
    const count = ports.count(index)
    if (count === 0) continue
    const button = create('button', { type: 'button', 'aria-pressed': 'false' }, swatch(name), label)
    button.append(create('span', { class: 'count' }, `${count.toLocaleString('en')} ports`))
    button.addEventListener('click', () => {
      grid.alone = grid.alone === index ? undefined : index
      for (const other of document.querySelectorAll('#legend button')) {
        other.setAttribute('aria-pressed', String(other === button && grid.alone === index))
      }
      showRanges()
      grid.draw()
    })
    element('legend').append(create('li', {}, button))
  }
}

function showRanges() {
  const alone = grid.alone === undefined ? undefined : ports.kinds[grid.alone]?.name
  const rows = ports.ranges
    .filter(({ kind }) => alone === undefined || kind === alone)
    .map((range) => {
      const button = create('button', { type: 'button' }, spanText(range))
      button.addEventListener('click', () => {
        select(range.startPort)
        box.scrollIntoView({ block: 'nearest' })
      })
      return create(
        'tr',
        {},
        create('td', {}, button),
        create('td', {}, swatch(range.kind), ` ${labelOf(range.kind)}`),
        create('td', {}, range.text),
      )
    })
  element('ranges').replaceChildren(...rows)
}

function showUnknown() {
  const entries = Object.entries(data.unknown)
  element('unknown').hidden = entries.length === 0
  for (const [what, why] of entries) {
    element('unknown')
      .querySelector('dl')
      ?.append(create('dt', {}, what), create('dd', {}, why))
  }
}

document.title = data.title
element('title').textContent = data.title
element('summary').textContent = data.summary
element('zoom-in').addEventListener('click', () => zoomAtSelected())
element('zoom-out').addEventListener('click', () => zoomAtSelected(1 / 2))
element('zoom-all').addEventListener('click', () => zoom(0))
element('search').addEventListener('submit', (event) => {
  event.preventDefault()
  find(wanted.value.trim())
})
box.addEventListener('keydown', onKey)
listenToPointer()
showLegend()
showRanges()
showUnknown()
select(ports.ranges[0]?.startPort ?? 1, 'off')
new ResizeObserver(() => grid.draw()).observe(canvas)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => grid.draw())
