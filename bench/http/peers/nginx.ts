import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from '../free-port.ts'
import type { Start } from '../server-process.ts'
import { cached, fetchInto, run } from './cache.ts'

const place = cached('nginx')

/** The binary; `undefined` where there is none. */
export function nginxBinary(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return [...folders, join(place, 'usr/sbin')].map((folder) => join(folder, 'nginx')).find(existsSync)
}

/** Debian's packages, unpacked and not installed: no root, no lock, nothing changed on the system. */
export function fetchNginx(): Promise<void> {
  return fetchInto(place, async (folder) => {
    const apt = join(folder, 'apt')
    mkdirSync(join(apt, 'lists/partial'), { recursive: true })
    mkdirSync(join(apt, 'archives/partial'), { recursive: true })
    const state = [
      `Dir::State::Lists=${join(apt, 'lists')}`,
      `Dir::Cache=${apt}`,
      'Debug::NoLocking=1',
      `APT::Sandbox::User=${userInfo().username}`,
    ].flatMap((option) => ['-o', option])
    await run('apt-get', [...state, 'update'], apt)
    await run('apt-get', [...state, 'download', 'nginx', 'libpcre2-8-0', 'libssl3', 'zlib1g'], apt)
    for (const file of readdirSync(apt).filter((name) => name.endsWith('.deb')))
      await run('dpkg-deb', ['-x', join(apt, file), folder], apt)
    rmSync(apt, { recursive: true })
  })
}

export async function nginxStart(upstreamPort: number, folder: string): Promise<Start> {
  const binary = nginxBinary() as string
  const port = await freePort()
  const path = join(folder, 'nginx.conf')
  writeFileSync(path, configuration(port, upstreamPort, folder))
  const libraries = binary.startsWith(place) ? { LD_LIBRARY_PATH: librariesIn(place).join(delimiter) } : {}
  return { command: binary, args: ['-p', folder, '-c', path, '-e', 'stderr'], env: libraries, port }
}

function librariesIn(root: string): string[] {
  return ['lib', 'usr/lib']
    .map((folder) => join(root, folder))
    .filter(existsSync)
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('-linux-gnu'))
        .map((name) => join(folder, name)),
    )
}

/** As one would write it for speed: one worker, as the others have one thread; connections kept on both sides; no log. */
function configuration(port: number, upstreamPort: number, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  client_body_buffer_size 64k;
${temporary.map((name) => `  ${name}_temp_path ${join(folder, name)};`).join('\n')}
  upstream charges {
    server 127.0.0.1:${upstreamPort};
    keepalive 64;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://charges;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`
}
