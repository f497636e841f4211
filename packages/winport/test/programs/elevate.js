// Preloaded (--import) into each process of a simulated Windows. Elevates the process, except with ELEVATED=0, and sets the
// dynamic range to RANGE, such as 59000+1900.
import { createRequire } from 'node:module'

const { WINSOCK_SIMULATOR, RANGE, ELEVATED } = process.env
const [start, count] = RANGE.split('+').map(Number)
const koffi = createRequire(createRequire(import.meta.url).resolve('@winport/transport-koffi'))('koffi')
const simulator = koffi.load(WINSOCK_SIMULATOR)
simulator.func('uint32_t WinsockSimulator_SetElevated(int32_t elevated)')(ELEVATED === '0' ? 0 : 1)
const setRange = simulator.func(
  'uint32_t WinsockSimulator_SetDynamicRange(int32_t protocol, uint16_t start, uint16_t count)',
)
for (const protocol of [6, 17]) setRange(protocol, start, count)
