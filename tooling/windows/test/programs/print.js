// print.js <bytes>: fills stdout and stderr with so many bytes each, numbered line by line.
import { numberedLines } from './numbered-lines.js'

const bytes = Number(process.argv[2])
process.stdout.write(numberedLines('out', bytes))
process.stderr.write(numberedLines('err', bytes))
