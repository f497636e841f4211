// The JavaScript of three doors: most processes need all of them, and one file is loaded faster than three.
export * from './backend/index.js'
export * from './index.js'
export * from './native/index.js'
