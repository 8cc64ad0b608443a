import type { UserConfig } from 'tsdown'

const shared: UserConfig = {
  format: 'esm',
  platform: 'node',
  target: 'node22.13',
  unbundle: true,
  root: 'src',
  outDir: 'dist',
  fixedExtension: true,
  sourcemap: true,
  clean: true,
  plugins: [
    {
      // A worker is started by its path, which no bundler follows: in `dist` it ends otherwise.
      name: 'worker-paths',
      transform: (code) => ({
        code: code.replaceAll(/(new URL\('\.[^']+)\.ts(', import\.meta\.url\))/g, '$1.mjs$2'),
        map: null,
      }),
    },
  ],
}

const config: UserConfig[] = [
  {
    ...shared,
    name: 'counterfoil',
    cwd: 'packages/counterfoil',
    entry: [
      'src/index.ts',
      'src/stores/memory/index.ts',
      'src/stores/sqlite/index.ts',
      'src/stores/postgres/index.ts',
      'src/stores/redis/index.ts',
      'src/http/{node,express,fastify,fetch,hono}.ts',
      'src/testing/index.ts',
      // Loaded by path into a thread of its own: nothing imports it.
      'src/stores/*/worker.ts',
      // And into a process of its own.
      'src/testing/prove/http/shooting/shooter.ts',
    ],
    // From each file alone, without a type checker: `isolatedDeclarations` makes the types explicit.
    dts: { oxc: {} },
  },
  {
    ...shared,
    name: '@counterfoil/cli',
    cwd: 'packages/cli',
    entry: ['src/main.ts', 'src/prove/store/store-process.ts'],
    dts: false,
  },
]

export default config
