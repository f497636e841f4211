// Draws the picture that the README shows, as `winport map --svg` draws it: packages/winport/port-map.svg.
import { fileURLToPath } from 'node:url'
import { map } from '../../../packages/winport/dist/cli/map-command.js'
import { windowsSample } from './windows-sample.js'

const svg = fileURLToPath(new URL('../../../packages/winport/port-map.svg', import.meta.url))
await map('tcp', { svg }, async () => windowsSample())
