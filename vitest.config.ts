import { defineConfig, type ViteUserConfigFnObject } from 'vitest/config'

const conditions = ['@counterfoil/source']

/** `vitest run --mode soak` runs the same tests with their whole counts. */
const config: ViteUserConfigFnObject = defineConfig(({ mode }) => {
  const soak = mode === 'soak'
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: ['packages/*/{src,test}/**/*.test.ts', '{bench,demo,examples}/**/*.test.ts'],
      exclude: ['**/node_modules/**', '**/dist/**'],
      env: soak ? { COUNTERFOIL_SOAK: '1' } : {},
      testTimeout: soak ? 3_600_000 : 60_000,
      hookTimeout: 60_000,
      reporters: ['default', './test-support/closing-line-reporter.ts'],
    },
  }
})

export default config
