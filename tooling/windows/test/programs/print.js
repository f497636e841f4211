// print.js <bytes>: writes so many bytes in numbered lines to stdout, and to stderr.
import { numberedLines } from './numbered-lines.js'

const bytes = Number(process.argv[2])
process.stdout.write(numberedLines('out', bytes))
process.stderr.write(numberedLines('err', bytes))
