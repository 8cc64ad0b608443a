import { spawn } from 'node:child_process'
import { serverFolder } from './unprivileged.ts'
import { watch } from './watchdog.ts'

// Stands for a run that has started a server and is killed.
const server = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 60_000)'], { detached: true })
const watched = { pid: Number(server.pid), stopSignal: 'SIGTERM' as const, folder: await serverFolder() }
watch(watched)
process.stdout.write(JSON.stringify(watched))
