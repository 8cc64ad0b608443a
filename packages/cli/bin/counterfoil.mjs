#!/usr/bin/env node
// Plain JavaScript that any Node can parse: it has to tell a Node that is too old that it is too old.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`counterfoil needs Node 22.13 or newer, and this is Node ${process.versions.node}.\n`)
  process.exitCode = 78
} else {
  silenceSqliteWarning()
  await import('../dist/main.mjs')
}

/** Node 22 and 24 warn that node:sqlite is experimental; no other warning is held back. */
function silenceSqliteWarning() {
  const emitWarning = process.emitWarning
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === 'object' ? rest[0]?.type : rest[0]
    if (type === 'ExperimentalWarning' && String(warning).includes('SQLite')) return
    emitWarning.call(process, warning, ...rest)
  }
}
