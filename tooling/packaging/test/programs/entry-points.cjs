// Requires each given entry point and prints the names of its exports.
const names = {}
for (const specifier of process.argv.slice(2)) names[specifier] = Object.keys(require(specifier)).sort()
console.log(JSON.stringify(names))
