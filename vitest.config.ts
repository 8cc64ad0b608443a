import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfigFnObject } from 'vitest/config'

const conditions = ['@counterfoil/source']

/** `vitest run --mode soak` runs the same tests with their whole counts. */
const config: ViteUserConfigFnObject = defineConfig(({ mode }) => {
  const soak = mode === 'soak'
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: ['packages/*/{src,test}/**/*.test.ts', '{bench,demo,examples,test-support}/**/*.test.ts'],
      exclude: ['**/node_modules/**', '**/dist/**'],
      env: soak ? { COUNTERFOIL_SOAK: '1' } : {},
      // Node 24.21 crashes by it now and then (V8's Runtime_TierUpWasmToJSWrapper) where many threads strip types at once,
      // as the SQLite store's do while they are run from source.
      execArgv: ['--no-wasm-generic-wrapper'],
      // Left alone it is one fewer than there are cores: a single one on two, though much of a test's time is waiting for servers.
      maxWorkers: '100%',
      globalSetup: './test-support/servers/global-setup.ts',
      runner: fileURLToPath(new URL('./test-support/servers/skipping-runner.ts', import.meta.url)),
      testTimeout: soak ? 3_600_000 : 60_000,
      hookTimeout: 60_000,
      reporters: ['default', './test-support/closing-line-reporter.ts'],
    },
  }
})

export default config
