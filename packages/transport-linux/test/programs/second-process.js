import { answerParent } from '@winport/transport/conformance'
import { createLinuxTransport } from '../../dist/index.js'

answerParent(createLinuxTransport())
