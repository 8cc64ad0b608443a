import { keeperVariable, openKeeper } from './keeper.ts'

/** For vitest: one keeper for the whole run. It starts a server only when a test asks for one. */
export default async function setup(): Promise<() => Promise<void>> {
  const keeper = await openKeeper()
  process.env[keeperVariable] = keeper.address
  return () => keeper.close()
}
